#include "guard/inspect/model/train.h"

#include <gtest/gtest.h>

#include "guard/inspect/model/clusters.h"

namespace rampart::guard::model {
namespace {

using signal::Code;

Example example(bool is_phish, std::size_t cluster, std::initializer_list<Code> codes) {
  Example out{.is_phish = is_phish, .cluster = cluster};
  for (const auto code : codes) out.signals.push_back({code, 1, "", "message"});
  return out;
}

// What link-away says is worth nothing here, and random-author everything.
std::vector<Example> examples() {
  std::vector<Example> out;
  for (std::size_t i = 0; i < 200; ++i) {
    out.push_back(example(false, 2 * i, {Code::link_away}));
    out.push_back(example(true, 2 * i + 1, {Code::link_away, Code::random_author}));
  }
  return out;
}
double weight(const Trained& trained, Code code) { return trained.weights[static_cast<std::size_t>(code)]; }

TEST(Train, LearnsWhatSpeaksAgainst) {
  const auto trained = train(examples(), {});
  EXPECT_GT(weight(trained, Code::random_author), 30);
  EXPECT_NEAR(weight(trained, Code::link_away), 10 * signal::kind_of(Code::link_away).prior, 4);
  EXPECT_NEAR(weight(trained, Code::words_prize), 10 * signal::kind_of(Code::words_prize).prior, 1e-9)
      << "nothing was seen of it";
  EXPECT_LT(trained.sweeps, kMostSweeps);
}

TEST(Train, WhatSpeaksAgainstAMessageNeverLowersItsScore) {
  auto set = examples();
  for (auto& one : set)
    if (!one.is_phish) one.signals.push_back({Code::words_urgency, 1, "", "message"});
  EXPECT_EQ(weight(train(set, {}), Code::words_urgency), 0);
}

TEST(Train, IsTheSameEachTime) {
  const auto a = train(examples(), {});
  const auto b = train(examples(), {});
  EXPECT_EQ(a.weights, b.weights);
  EXPECT_EQ(write_model(a, "x", 1, 2, {}), write_model(b, "x", 1, 2, {}));
}

TEST(Train, FoldsSplitNoCluster) {
  auto set = examples();
  for (std::size_t i = 0; i < set.size(); ++i) set[i].cluster = i / 8;
  const auto validated = cross_validate(set, {.folds = 5});
  for (std::size_t i = 1; i < set.size(); ++i)
    if (set[i].cluster == set[i - 1].cluster) EXPECT_EQ(validated.fold[i], validated.fold[i - 1]);
  EXPECT_GT(validated.scores[1], validated.scores[0]);
}

TEST(Train, WritesWhatAModelReads) {
  const auto trained = train(examples(), {});
  const std::vector<std::string> remarks{"by a test"};
  const auto model = Model::parse(write_model(trained, "test", 12.34, 45.6, remarks), "test");
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_EQ(model->tag(), 12.4);
  EXPECT_NEAR(model->weight(Code::random_author), weight(trained, Code::random_author), 0.06);
}

TEST(Train, ThresholdsKeepTheirRate) {
  std::vector<double> honest;
  for (int i = 0; i < 100; ++i) honest.push_back(i);
  const auto at = [&](double rate) {
    const auto limit = threshold_at(honest, rate);
    return std::ranges::count_if(honest, [limit](double score) { return score >= limit; });
  };
  EXPECT_EQ(at(0.01), 1);
  EXPECT_EQ(at(0.001), 0);
  EXPECT_EQ(at(0.1), 10);
}

TEST(Rate, HasWilsonsInterval) {
  const Rate rate{.hits = 8, .of = 10};
  EXPECT_NEAR(rate.low(), 0.490, 0.001);
  EXPECT_NEAR(rate.high(), 0.943, 0.001);
  EXPECT_EQ((Rate{.hits = 0, .of = 0}).high(), 1);
}

TEST(Clusters, BringNearDuplicatesTogether) {
  const std::string text =
      "Your mailbox is almost full and incoming messages will be rejected unless you upgrade your storage "
      "today, "
      "so please follow the link that we put below and enter the details of your account number ";
  const std::vector<Document> documents{{.text = text + "4711"},
                                        {.text = "The minutes of the meeting of the garden club are attached "
                                                 "and the next one is in May at the usual place."},
                                        {.text = text + "8812 thank you"},
                                        {.text = "short", .keys = {"part a"}},
                                        {.text = "other", .keys = {"part a"}},
                                        {.text = "short"}};
  EXPECT_EQ(cluster(documents), (std::vector<std::size_t>{0, 1, 0, 3, 3, 5}));
  EXPECT_TRUE(cluster({}).empty());
}

}  // namespace
}  // namespace rampart::guard::model
