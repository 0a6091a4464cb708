// A small DNS made of bytes, for fuzzing: so a corpus is text that people can read and write.
//
//   192.0.2.1 alice a.example mail.a.example     the client, local part, domain and HELO (first line)
//   a.example TXT v=spf1 include:b.example -all
//   b.example A 192.0.2.1
//   b.example MX c.example                       also AAAA, PTR, CNAME
//   c.example FAIL                               every question that has no record fails
//
// What is not of that shape is skipped. A name that is not there does not exist.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "auth/spf/evaluate.h"
#include "base/text.h"
#include "facts/driver.h"

namespace rampart::spf::fuzzing {

inline constexpr std::size_t kMaxLines = 64;

class Universe : public facts::Provider {
 public:
  explicit Universe(std::string_view bytes) {
    lines_.assign(bytes);
    bool first = true;
    std::size_t count = 0;
    for (const auto line : base::split(lines_, '\n')) {
      if (++count > kMaxLines) break;
      const auto words = base::split(line, ' ');
      if (std::exchange(first, false)) {
        read_input(words);
      } else {
        read_record(line, words);
      }
    }
  }

  [[nodiscard]] const Input& input() const { return input_; }
  [[nodiscard]] const std::vector<base::IpAddress>& addresses() const { return addresses_; }
  // The domain's own record, or "".
  [[nodiscard]] std::string own_record() const {
    const auto found = names_.find(input_.domain);
    if (found == names_.end()) return "";
    for (const auto& [type, data] : found->second.records) {
      if (type == dns::RrType::txt && is_spf(data)) return data;
    }
    return "";
  }
  void replace_own_record(std::string_view from, std::string to) {
    for (auto& [type, data] : names_[input_.domain].records) {
      if (type == dns::RrType::txt && data == from) data = to;
    }
  }

  void ask(std::vector<facts::Question> questions, facts::Deadline, Done done) override {
    std::vector<facts::Fact> out;
    for (const auto& question : questions) {
      const auto& dns = std::get<facts::DnsQuestion>(question);
      out.emplace_back(answer(dns.name, dns.type));
    }
    done(std::move(out));
  }

  // Runs a decision to its end, without the limits of a real driver.
  template <class F>
  auto run(F decision) {
    using Decision = std::invoke_result_t<F&, facts::Facts&>;
    facts::Driven<Decision> out{};
    facts::drive<Decision>(decision, *this, {.max_rounds = 1000, .max_questions = 100000},
                           [&](facts::Driven<Decision> driven) { out = std::move(driven); });
    return out;
  }

 private:
  struct Held {
    std::vector<std::pair<dns::RrType, std::string>> records;
    bool fails = false;
  };

  static std::optional<dns::Name> host(std::string_view text) { return dns::Name::from_raw(text); }

  void read_input(const std::vector<std::string_view>& words) {
    const auto word = [&](std::size_t i) { return i < words.size() ? words[i] : std::string_view(); };
    input_.ip = base::IpAddress::parse(word(0)).value_or(base::IpAddress());
    input_.local_part = word(1);
    input_.domain = host(word(2)).value_or(dns::Name());
    input_.helo = word(3);
  }

  void read_record(std::string_view line, const std::vector<std::string_view>& words) {
    if (words.size() < 2) return;
    const auto name = host(words[0]);
    if (!name) return;
    Held& held = names_[*name];
    if (words[1] == "FAIL") held.fails = true;
    const auto type = dns::parse_rr_type(words[1]);
    if (!type || words.size() < 3) return;
    if (*type == dns::RrType::txt) {
      held.records.emplace_back(*type, line.substr(words[0].size() + words[1].size() + 2));
    } else if (*type == dns::RrType::a || *type == dns::RrType::aaaa) {
      const auto ip = base::IpAddress::parse(words[2]);
      if (!ip || ip->is_v4() != (*type == dns::RrType::a)) return;
      addresses_.push_back(*ip);
      held.records.emplace_back(
          *type, std::string(reinterpret_cast<const char*>(ip->bytes().data()), ip->bytes().size()));
    } else if (const auto target = host(words[2])) {
      held.records.emplace_back(*type, target->wire());
    }
  }

  facts::AnswerPtr answer(const dns::Name& asked, dns::RrType type) const {
    facts::AnswerBuilder builder(asked, type);
    dns::Name name = asked;
    for (int hops = 0; hops < 8; ++hops) {
      const auto found = names_.find(name);
      if (found == names_.end()) return builder.set_presence(facts::Presence::no_name).build();
      std::optional<dns::Name> alias;
      bool any = false;
      for (const auto& [of, data] : found->second.records) {
        if (of == dns::RrType::cname) alias = dns::Name::from_wire(data);
        if (of != type) continue;
        builder.add_record(data, 60);
        any = true;
      }
      if (any) return builder.build();
      if (found->second.fails) return builder.set_unknown(facts::Why::servfail, {}).build();
      if (!alias) return builder.set_presence(facts::Presence::no_data).build();
      builder.add_alias(*alias);
      name = *alias;
    }
    return builder.set_unknown(facts::Why::cname_loop, {}).build();
  }

  std::string lines_;
  Input input_;
  std::vector<base::IpAddress> addresses_;
  std::map<dns::Name, Held> names_;
};

}  // namespace rampart::spf::fuzzing
