// For tests only: an archive on each database.
#pragma once

#include <optional>

#include "reports/archive/archive.h"
#include "store/store_test.h"

namespace rampart::reports {

class OnArchive : public store::OnBothDatabases {
 protected:
  void SetUp() override {
    OnBothDatabases::SetUp();
    if (IsSkipped()) return;
    database_.emplace(open());
    auto archive = Archive::open(*database_);
    ASSERT_TRUE(archive) << archive.error().message();
    archive_.emplace(*archive);
  }

  std::optional<store::Database> database_;
  std::optional<Archive> archive_;
};

}  // namespace rampart::reports
