// Runs the audit of many domains: so many at once, whatever the provider; reports come out in the order in
// which the domains went in, so that two runs over the same facts give the same bytes.
//
//   Runner runner(options, assessor, provider, domains, output);
//   TRY(runner.run([&] { return loop.run_one() != 0; }));     // a provider with an event loop
//   TRY(runner.run());                                        // one that answers at once (zone, recorded)
//
// Memory: at most `in_flight` domains are being asked about, and at most kMaxWindow finished reports wait
// behind a slower one; beyond that no new domain is begun until the slow one is done. (A window of thousands
// costs some megabytes, and one dead domain of 30 s then holds nobody up.)
#pragma once

#include <deque>
#include <functional>

#include "audit/assess.h"
#include "audit/report.h"
#include "facts/driver.h"

namespace rampart::audit {

struct RunnerOptions {
  std::size_t in_flight = 100;  // domains, at least 1
  facts::DriveOptions drive;
};

class Runner {
 public:
  static constexpr std::size_t kMaxWindow = 4096;  // reports

  // The next domain to audit; nothing at the end.
  using Source = std::function<base::Result<std::optional<Input>>()>;
  // A report with the input it was made from and all facts that were asked for it.
  using Output = std::function<base::Result<>(const Input&, DomainReport&&, const facts::Book&)>;
  // Waits for something to happen and lets it: false when nothing will.
  using Wait = std::function<bool()>;
  // The decision: assess(), unless a test has another.
  using Decide = std::function<DomainReport(const Input&, facts::Facts&)>;

  // `provider`, and everything behind `options`, must outlive the runner and the answers it still owes.
  Runner(const RunnerOptions& options, facts::Provider& provider, Source source, Output output,
         Decide decide = assess)
      : options_(options),
        provider_(&provider),
        source_(std::move(source)),
        output_(std::move(output)),
        decide_(std::make_shared<const Decide>(std::move(decide))) {}
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  // Until every domain has been handed to the output, or the source or the output fails; then what is still
  // under way is dropped when its answers come. `stop` is asked between domains.
  base::Result<> run(const Wait& wait = nullptr);
  // Begins no more domains: those under way are finished and handed out. From a signal's flag, or the output.
  void stop() { stopped_ = true; }

  [[nodiscard]] std::size_t begun() const { return begun_; }
  [[nodiscard]] std::size_t done() const {
    return done_;
  }  // finished, some perhaps still waiting for their turn
  [[nodiscard]] std::size_t written() const { return written_; }

 private:
  struct Slot {
    bool ready = false;
    std::shared_ptr<const Input> input;
    DomainReport report;
    std::shared_ptr<const facts::Book> book;
  };

  base::Result<> fill();
  void begin(Input input);
  void finish(std::size_t number, facts::Driven<DomainReport> driven);
  base::Result<> write_ready();

  RunnerOptions options_;
  facts::Provider* provider_;
  Source source_;
  Output output_;
  std::shared_ptr<const Decide> decide_;  // shared with the drives that are under way
  std::shared_ptr<Runner*> self_ =
      std::make_shared<Runner*>(this);  // drives hold it weakly: a late answer finds none

  std::deque<Slot> window_;  // the domains begun and not yet written, in order; the first is number written_
  std::size_t begun_ = 0;
  std::size_t done_ = 0;
  std::size_t written_ = 0;
  bool exhausted_ = false;
  bool stopped_ = false;
};

}  // namespace rampart::audit
