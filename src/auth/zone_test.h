// For tests only: a handful of names as a provider that answers as a real server would (empty non-terminals,
// wildcards, CNAME chains), with names that fail on request.
//
//   TestZone zone;
//   zone.txt("_dmarc.ministry.example", "v=DMARC1; p=reject").fails("_dmarc.example", facts::Why::servfail);
//   const auto verdict = zone.run([&](facts::Facts& facts) { return dmarc::evaluate(input, facts); });
#pragma once

#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/ip.h"
#include "facts/driver.h"

namespace rampart::auth {

class TestZone : public facts::Provider {
 public:
  static dns::Name name(std::string_view text) {
    auto parsed = dns::Name::try_parse(text);
    if (!parsed) throw std::invalid_argument("no name: " + std::string(text));
    return *parsed;
  }

  TestZone& add(std::string_view owner, dns::RrType type, std::string_view data,
                std::uint16_t preference = 0) {
    nodes_[name(owner)].records[type].emplace_back(preference, data);
    return *this;
  }
  TestZone& txt(std::string_view owner, std::string_view text) { return add(owner, dns::RrType::txt, text); }
  TestZone& address(std::string_view owner, std::string_view text) {
    const auto ip = base::IpAddress::parse(text);
    if (!ip) throw std::invalid_argument("no address: " + std::string(text));
    const auto bytes = ip->bytes();
    return add(owner, ip->is_v4() ? dns::RrType::a : dns::RrType::aaaa,
               {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
  TestZone& mx(std::string_view owner, std::uint16_t preference, std::string_view host) {
    return add(owner, dns::RrType::mx, name(host).wire(), preference);
  }
  TestZone& target(std::string_view owner, dns::RrType type, std::string_view host) {
    return add(owner, type, name(host).wire());
  }
  TestZone& cname(std::string_view owner, std::string_view host) {
    nodes_[name(owner)].alias = name(host);
    return *this;
  }
  // NXDOMAIN, whatever a wildcard or a name below it says.
  TestZone& gone(std::string_view owner) { return static_cast<void>(gone_.insert(name(owner))), *this; }
  TestZone& exists(std::string_view owner) { return static_cast<void>(nodes_[name(owner)]), *this; }
  TestZone& fails(std::string_view owner, facts::Why why) {
    nodes_[name(owner)].why = why;
    return *this;
  }
  TestZone& fails_below(std::string_view owner, facts::Why why) {
    return failing_.emplace_back(name(owner), why), *this;
  }
  // Answers with the AD bit, from here on for every name.
  TestZone& signed_by_dnssec(bool ad = true) { return ad_ = ad, *this; }
  TestZone& https(facts::HttpAnswer answer) { return https_.push_back(std::move(answer)), *this; }
  TestZone& smtp(facts::SmtpAnswer answer) { return smtp_.push_back(std::move(answer)), *this; }

  void ask(std::vector<facts::Question> questions, facts::Deadline, Done done) override {
    std::vector<facts::Fact> facts;
    facts.reserve(questions.size());
    for (const auto& question : questions) facts.push_back(answer(question));
    asked_ += questions.size();
    done(std::move(facts));
  }

  template <class F>
  auto run(F function) {
    using Decision = decltype(function(std::declval<facts::Facts&>()));
    std::optional<facts::Driven<Decision>> result;
    asked_ = 0;
    facts::drive<Decision>(std::move(function), *this, {},
                           [&](facts::Driven<Decision> driven) { result = std::move(driven); });
    rounds_ = result->rounds;
    book_ = result->book;
    return std::move(result->decision);
  }
  [[nodiscard]] int rounds() const { return rounds_; }              // of the last run
  [[nodiscard]] std::size_t asked() const { return asked_; }        // questions of the last run
  [[nodiscard]] const facts::Book& book() const { return *book_; }  // of the last run

 private:
  struct Node {
    std::map<dns::RrType, std::vector<std::pair<std::uint16_t, std::string>>> records;
    std::optional<dns::Name> alias;
    facts::Why why = facts::Why::none;
  };

  [[nodiscard]] bool is_above_a_node(const dns::Name& owner) const {
    for (const auto& [other, node] : nodes_) {
      if (other != owner && other.is_within(owner)) return true;
    }
    return false;
  }

  // The node itself, or the wildcard at the closest encloser (RFC 4592 section 3.3.1).
  [[nodiscard]] const Node* find(const dns::Name& owner) const {
    if (const auto it = nodes_.find(owner); it != nodes_.end()) return &it->second;
    if (is_above_a_node(owner)) return nullptr;
    for (auto above = owner.parent();; above = above.parent()) {
      if (const auto star = above.prepend_label("*")) {
        if (const auto it = nodes_.find(*star); it != nodes_.end()) return &it->second;
      }
      if (above.is_root() || nodes_.contains(above) || is_above_a_node(above)) return nullptr;
    }
  }

  facts::Fact answer(const facts::Question& question) const {
    if (const auto* get = std::get_if<facts::HttpsGet>(&question)) {
      for (const auto& fact : https_) {
        if (fact.question == *get) return std::make_shared<const facts::HttpAnswer>(fact);
      }
      return facts::unknown_fact(question, facts::Why::not_asked, "");
    }
    if (const auto* probe = std::get_if<facts::SmtpProbe>(&question)) {
      for (const auto& fact : smtp_) {
        if (fact.question == *probe) return std::make_shared<const facts::SmtpAnswer>(fact);
      }
      return facts::unknown_fact(question, facts::Why::not_asked, "");
    }
    const auto& dns_question = std::get<facts::DnsQuestion>(question);
    return answer(dns_question.name, dns_question.type);
  }

  [[nodiscard]] facts::AnswerPtr answer(const dns::Name& asked, dns::RrType type) const {
    facts::AnswerBuilder builder(asked, type);
    builder.set_ttl(3600).set_server("test zone").set_ad(ad_);
    auto owner = asked;
    for (int hops = 0; hops < 16; ++hops) {
      for (const auto& [above, why] : failing_) {
        if (owner.is_within(above)) return facts::Answer::make_unknown(asked, type, why, "", "test zone");
      }
      if (gone_.contains(owner)) return builder.set_presence(facts::Presence::no_name).build();
      const auto* node = find(owner);
      if (node == nullptr) {
        return builder
            .set_presence(is_above_a_node(owner) ? facts::Presence::no_data : facts::Presence::no_name)
            .build();
      }
      if (node->why != facts::Why::none)
        return facts::Answer::make_unknown(asked, type, node->why, "", "test zone");
      if (node->alias && type != dns::RrType::cname) {
        owner = *node->alias;
        builder.add_alias(owner);
        continue;
      }
      if (node->alias) builder.add_target(*node->alias, 3600);
      if (const auto it = node->records.find(type); it != node->records.end()) {
        for (const auto& [preference, data] : it->second) builder.add_record(data, 3600, preference);
      }
      return builder.build();
    }
    return facts::Answer::make_unknown(asked, type, facts::Why::cname_loop, "", "test zone");
  }

  std::map<dns::Name, Node> nodes_;
  std::set<dns::Name> gone_;
  std::vector<std::pair<dns::Name, facts::Why>> failing_;
  std::vector<facts::HttpAnswer> https_;
  std::vector<facts::SmtpAnswer> smtp_;
  bool ad_ = false;
  int rounds_ = 0;
  std::size_t asked_ = 0;
  std::shared_ptr<const facts::Book> book_;  // shared with nobody; the driver hands it out so
};

}  // namespace rampart::auth
