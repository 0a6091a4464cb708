// rampart-worker: what the guard starts to look into messages, and the server to show them (base/worker.h). Small, so that its processes are cheap.
// Nobody else calls it: it answers on file descriptor 3.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include <malloc.h>

#include "guard/inspect/seen/look.h"
#include "guard/render/render.h"

// What messages share a process for leaves nothing for the next: memory is wiped as it is given back. Sanitizers look after it otherwise.
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  ::explicit_bzero(memory, ::malloc_usable_size(memory));
  std::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept { ::operator delete(memory); }
void operator delete(void* memory, std::align_val_t /*alignment*/) noexcept { ::operator delete(memory); }
void operator delete(void* memory, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
  ::operator delete(memory);
}
#endif

int main(int argc, char** argv) {
  const bool renders = argc == 2 && std::strcmp(argv[1], "render") == 0;
  if (!renders && (argc < 2 || std::strcmp(argv[1], "look") != 0)) {
    std::fputs("rampart-worker is started by rampart, and does nothing by itself\n", stderr);
    return 2;
  }
  rampart::guard::prepare_to_look();
  if (renders)
    rampart::base::serve_worker(&rampart::guard::render::render_in_worker,
                                rampart::guard::render::kRenderLimits);
  if (argc > 2)
    if (const auto loaded = rampart::guard::load_rules(argv[2]); !loaded) {
      std::fprintf(stderr, "rampart-worker: %s\n", loaded.error().message().c_str());
      return 3;
    }
  rampart::base::serve_worker(&rampart::guard::look, rampart::guard::kLookLimits,
                              &rampart::guard::look_in_company);
}
