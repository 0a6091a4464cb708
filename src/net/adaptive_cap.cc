#include "net/adaptive_cap.h"

#include <algorithm>

namespace rampart::net {
namespace {

constexpr auto kWindow = std::chrono::seconds(1);
// A path that loses one packet in a hundred at random must not look congested; an overflowing buffer loses
// far more.
constexpr double kHardlyAnyLoss = 0.025;
constexpr double kMuchLoss = 0.05;

}  // namespace

void AdaptiveCap::take() {
  ++used_;
  peak_ = std::max(peak_, used_);
}

void AdaptiveCap::give() { --used_; }

void AdaptiveCap::tick(Time now) {
  if (now - since_ < kWindow) return;
  if (since_ != Time{} && answered_ + lost_ > 0) {
    const double share = static_cast<double>(lost_) / static_cast<double>(answered_ + lost_);
    if (share > kMuchLoss && lost_ > 1) {
      limit_ = std::max(options_.least, limit_ / 2);
    } else if (share <= kHardlyAnyLoss && 2 * peak_ > limit_) {
      limit_ = std::min(options_.most, limit_ * 2);
    }
  }
  since_ = now;
  peak_ = used_;
  answered_ = lost_ = 0;
}

}  // namespace rampart::net
