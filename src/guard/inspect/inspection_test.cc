#include "guard/inspect/inspection.h"

#include <gtest/gtest.h>

namespace rampart::guard {
namespace {

using signal::Code;

std::string_view kind_of(std::initializer_list<Code> codes) {
  ContentJudged judged;
  for (const auto code : codes)
    judged.signals.push_back(
        {.signal = {.code = code, .strength = 1, .evidence = "x", .part = "1"}, .points = 10});
  return judged.kind();
}

// What a recipient may have released goes by it.
TEST(ContentJudged, SaysWhatItIsByTheGravest) {
  EXPECT_EQ(kind_of({Code::link_away, Code::file_malware, Code::protected_person}), "malware");
  EXPECT_EQ(kind_of({Code::link_away, Code::protected_person}), "executive-impersonation");
  EXPECT_EQ(kind_of({Code::link_away, Code::brand_lookalike}), "lookalike");
  EXPECT_EQ(kind_of({Code::link_away, Code::words_prize}), "bulk");
  EXPECT_EQ(kind_of({Code::link_away, Code::brand_sender}), "") << "a brand is somebody, too";
}

TEST(ContentJudged, WhatWantsAPasswordOrMoneyIsNotBulk) {
  for (const auto code : {Code::form_credentials, Code::credentials_link_away, Code::hosted_page_request,
                          Code::payment_change_diverted, Code::file_executable, Code::page_redirect}) {
    EXPECT_EQ(kind_of({Code::link_away, code}), "");
    EXPECT_EQ(kind_of({Code::brand_lookalike, code}), "");
  }
}

TEST(ContentJudged, WhatSpeaksForItIsNothingAgainstIt) {
  ContentJudged judged;
  judged.signals = {
      {.signal = {.code = Code::link_away, .strength = 1, .evidence = "x", .part = "1"}, .points = 10},
      {.signal = {.code = Code::protected_person, .strength = 1, .evidence = "x", .part = "1"},
       .points = -1}};
  EXPECT_EQ(judged.kind(), "bulk");
}

}  // namespace
}  // namespace rampart::guard
