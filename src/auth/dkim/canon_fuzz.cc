// Any bytes as a body in any chunks: the hash is that of the canonical form worked out a line at a time, and lanes find
// what single bytes find. The same bytes as a header field, against its form worked out a byte at a time.
#include <cstdint>
#include <cstdlib>

#include "auth/dkim/canon_reference_test.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rampart;
  if (size == 0) return 0;
  const std::size_t chunk = 1 + data[0] % 64;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto field = "Subject:" + std::string(body);
  std::string header;
  dkim::add_header(dkim::Canon::relaxed, "Subject", field, header);
  if (header != dkim::relaxed_header("subject", field)) std::abort();
  for (const auto canon : {dkim::Canon::simple, dkim::Canon::relaxed}) {
    dkim::BodyHash whole(canon);
    whole.update(body);
    dkim::BodyHash pieces(canon);
    for (auto rest = body; !rest.empty(); rest.remove_prefix(std::min(chunk, rest.size())))
      pieces.update(rest.substr(0, chunk));
    const auto wanted = crypto::sha256(dkim::canonical_body(canon, body));
    if (whole.finish() != wanted || pieces.finish() != wanted || whole.length() != pieces.length())
      std::abort();
    for (std::size_t from = 0; from < body.size(); from += chunk) {
      if (dkim::detail::clean_end_vector(canon, body, from, body.size()) !=
          dkim::detail::clean_end_scalar(canon, body, from, body.size()))
        std::abort();
    }
  }
  return 0;
}
