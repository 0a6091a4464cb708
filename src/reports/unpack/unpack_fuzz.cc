// Any bytes as a file: what comes out of archives is read or set aside, within the limits.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "reports/intake/intake.h"

using namespace rampart::reports;

namespace {

struct Nobody : Taker, Unpacker {
  rampart::base::Result<Parts> unpack(std::string_view) override { return Parts{.parts = {}, .fault = "no"}; }
  rampart::base::Result<> take(Report&& report, const Origin&) override {
    ++taken;
    if (report.policy.domain.empty()) std::abort();
    return {};
  }
  rampart::base::Result<> take(FailureReport&&, const Origin&) override {
    ++taken;
    return {};
  }
  rampart::base::Result<> take(TlsReport&& report, const Origin&) override {
    ++taken;
    if (report.policies.empty()) std::abort();
    return {};
  }
  void set_aside(const Origin&, std::string_view reason) override {
    ++taken;
    if (reason.empty()) std::abort();
  }
  std::size_t taken = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const UnpackLimits limits{
      .max_bytes = 1U << 20U, .max_ratio = 400, .max_members = 10, .max_depth = 3, .max_archive = 1U << 20U};
  Texts texts;
  Nobody taker;
  Intake intake(texts, limits, rampart::base::Time(std::chrono::seconds(1'795'000'000)), taker, taker);
  MemorySource source({reinterpret_cast<const char*>(data), size});
  if (!intake.read(source, "a!b!1764028800!1764115199.xml") || taker.taken == 0) std::abort();
  return 0;
}
