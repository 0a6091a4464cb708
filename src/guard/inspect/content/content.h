// What lists can name of a message's content: where its links lead, and the hashes of its parts. Made in a worker (base/worker.h), as
// MIME is read by GMime there and nowhere else.
//
//   auto worker = TRY(base::Worker::start(&look_at_content, kContentLimits));
//   const auto reply = TRY(worker.call(message));
//   const auto content = content_of(reply);          // content.fault: why it cannot be said; never "nothing is there"
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/worker.h"
#include "guard/inspect/url/url.h"

namespace rampart::guard {

// All our own.
inline constexpr std::size_t kMaxContentBytes = std::size_t{64} << 20;  // of a message that is looked at
inline constexpr std::size_t kMaxContentUrls = 5'000;                   // different ones
inline constexpr std::size_t kMaxContentUrl = 2'000;  // octets of one; what is behind is not compared
inline constexpr base::WorkerLimits kContentLimits{.time = std::chrono::seconds(5),
                                                   .cpu = std::chrono::seconds(5),
                                                   .max_memory = std::size_t{1} << 30U,
                                                   .max_reply = std::size_t{16} << 20U};

struct Content {
  // "host/path?query" of links of the web, as link_key() writes them; with the targets that known rewriters and redirects carry.
  std::vector<std::string> urls;
  std::vector<std::string>
      hashes;         // SHA-256 of each part without its encoding, 64 hexadecimal digits in lower case
  std::string fault;  // why this is not all, one clause; empty: it is
};

// Without scheme and fragment, printable: "evil.example/a?b", "192.0.2.1/". The host stands before the first slash, with its port
// where it is not the scheme's own. Nothing of what has no host.
std::string link_key(const url::Url& url);

// What is read once and used by each look: in the process that starts workers, before it does.
void prepare_content();
// The worker's function: from a message to what content_of() reads.
std::string look_at_content(std::string_view message);
Content content_of(const base::Worker::Reply& reply);  // total: a worker's word is a stranger's, too

}  // namespace rampart::guard
