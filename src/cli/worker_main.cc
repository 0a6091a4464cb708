// rampart-worker: what the guard starts to look into messages (base/worker.h). Small, so that its processes are cheap.
// Nobody else calls it: it answers on file descriptor 3.
#include <cstdio>
#include <cstring>

#include "guard/inspect/seen/look.h"

int main(int argc, char** argv) {
  if (argc < 2 || std::strcmp(argv[1], "look") != 0) {
    std::fputs("rampart-worker is started by rampart guard, and does nothing by itself\n", stderr);
    return 2;
  }
  rampart::guard::prepare_to_look();
  if (argc > 2)
    if (const auto loaded = rampart::guard::load_rules(argv[2]); !loaded) {
      std::fprintf(stderr, "rampart-worker: %s\n", loaded.error().message().c_str());
      return 3;
    }
  rampart::base::serve_worker(&rampart::guard::look, rampart::guard::kLookLimits,
                              &rampart::guard::look_in_company);
}
