// A message that is judged as the guard would, on a loop: what the guard's HTTP listener and the API do for programs and people.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "guard/inspect/clamd/clamd.h"
#include "server/guard/folder_ring.h"
#include "server/guard/scan_job.h"
#include "server/setup/answers.h"

namespace rampart::server {

// What it is judged by. All of it outlives the answer, and is of the loop's thread, but for `rules`, `correspondents` and `inspector`, which
// any thread may use.
struct ScanMeans {
  boost::asio::io_context& io;
  std::function<std::shared_ptr<const guard::Rules>()> rules;  // those of now
  const guard::Correspondents& correspondents;
  guard::Inspector& inspector;
  guard::Clamd* clamd = nullptr;  // nullptr: no scanner is asked
  facts::Provider& provider;
  facts::DriveOptions drive;
  FolderRing& ring;                 // for what would be signed
  std::vector<std::string> source;  // as a verdict names it
  std::string authserv_id;
};

// `done` is called once, on the loop's thread or at once: a rampart.verdict in JSON, or an error of kind usage or input about what was sent.
void scan_message(const ScanMeans& means, const ScanRequest& request, std::string bytes,
                  const std::function<void(base::Result<std::string>)>& done);

// The same for whoever may wait: a loop and a thread of its own.
class ScanDesk {
 public:
  struct Parts {
    std::function<std::shared_ptr<const guard::Rules>()> rules;
    const guard::Correspondents& correspondents;
    guard::Inspector& inspector;
    std::optional<guard::ClamdAddress> clamd;
    std::string authserv_id;
    OpenProvider provider = live_provider();
  };
  // `config` outlives it.
  static base::Result<std::unique_ptr<ScanDesk>> open(const base::Config& config, Parts parts);
  ~ScanDesk();
  ScanDesk(const ScanDesk&) = delete;
  ScanDesk& operator=(const ScanDesk&) = delete;

  // From any thread; waits for the answer. An error of kind unavailable where enough are looked at now, or it ends.
  base::Result<std::string> scan(ScanRequest request, std::string bytes);
  // Nothing is judged any more: before the inspector goes, which goes before this.
  void stop();

 private:
  class Loop;
  explicit ScanDesk(std::unique_ptr<Loop> loop);
  std::unique_ptr<Loop> loop_;
};

}  // namespace rampart::server
