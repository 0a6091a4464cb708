#include "facts/zone_provider.h"

#include <algorithm>

#include <fmt/format.h>

namespace rampart::facts {
namespace {

using dns::RrType;

constexpr std::string_view kAssumed = "assumed: parents of the given zones hold no DMARC record";

// A question of ours that ended outside, and what the fallback is to be asked in its stead.
struct Pending {
  AnswerPtr ours;
  DnsQuestion asked;
};

// The zones' part of a CNAME chain with the fallback's answer for its last name behind it.
AnswerPtr join(const Answer& ours, const DnsQuestion& asked, const Answer& theirs) {
  if (ours.name() == asked.name) return AnswerPtr(&theirs);
  AnswerBuilder builder(ours.name(), ours.type());
  builder.set_seen(theirs.seen()).set_server(theirs.server()).set_ttl(std::min(ours.ttl(), theirs.ttl()));
  for (const auto& alias : ours.aliases()) builder.add_alias(alias);
  for (const auto& alias : theirs.aliases()) builder.add_alias(alias);
  if (theirs.undetermined()) return builder.set_unknown(theirs.why(), theirs.detail()).build();
  builder.set_presence(theirs.presence());
  for (const auto& record : theirs.records())
    builder.add_record(theirs.data(record), record.ttl, record.preference, record.strings);
  return builder.build();  // not vouched for by DNSSEC: the zone files are not
}

const Answer* find(const std::vector<Fact>& facts, const DnsQuestion& asked) {
  for (const auto& fact : facts) {
    const auto* answer = std::get_if<AnswerPtr>(&fact);
    if (answer != nullptr && (*answer)->type() == asked.type && (*answer)->name_wire() == asked.name.wire())
      return answer->get();
  }
  return nullptr;
}

}  // namespace

AnswerPtr ZoneProvider::assume(const DnsQuestion& question) {
  const auto parent = question.name.parent();
  if (question.type != RrType::txt || question.name.label(0) != "_dmarc" || parent.is_root() ||
      !zones_.is_ancestor(parent))
    return nullptr;
  {
    const std::lock_guard lock(mutex_);
    assumptions_.insert(fmt::format("{} was taken to hold no DMARC record, because its zone was not given",
                                    question.name.text()));
  }
  return AnswerBuilder(question.name, question.type)
      .set_presence(Presence::no_data)
      .set_seen(options_.now)
      .set_server(kAssumed)
      .build();
}

void ZoneProvider::ask(std::vector<Question> questions, Deadline deadline, Done done) {
  std::vector<Fact> facts;
  std::vector<Pending> pending;
  std::vector<Question> outside;
  for (auto& question : questions) {
    const auto* asked = std::get_if<DnsQuestion>(&question);
    if (asked == nullptr) {
      if (options_.fallback != nullptr) {
        outside.push_back(std::move(question));
      } else {
        facts.push_back(unknown_fact(question, Why::not_asked, "probes need the network", options_.now));
      }
      continue;
    }
    auto reply = zones_.resolve(asked->name, asked->type, options_.now);
    if (!reply.outside) {
      facts.emplace_back(std::move(reply.answer));
    } else if (options_.fallback != nullptr) {
      pending.push_back({std::move(reply.answer), {*reply.outside, asked->type}});
      const Question next = pending.back().asked;
      if (std::ranges::find(outside, next) == outside.end()) outside.push_back(next);
    } else {
      auto assumed = *reply.outside == asked->name ? assume(*asked) : nullptr;
      facts.emplace_back(assumed ? std::move(assumed) : std::move(reply.answer));
    }
  }
  if (outside.empty()) return done(std::move(facts));
  options_.fallback->ask(std::move(outside), deadline,
                         [facts = std::move(facts), pending = std::move(pending),
                          done = std::move(done)](std::vector<Fact> theirs) mutable {
                           for (const auto& [ours, asked] : pending) {
                             const Answer* answer = find(theirs, asked);
                             facts.emplace_back(answer != nullptr ? join(*ours, asked, *answer) : ours);
                           }
                           for (auto& fact : theirs) {
                             if (!std::holds_alternative<AnswerPtr>(fact)) facts.push_back(std::move(fact));
                           }
                           done(std::move(facts));
                         });
}

std::vector<std::string> ZoneProvider::assumptions() const {
  const std::lock_guard lock(mutex_);
  return {assumptions_.begin(), assumptions_.end()};
}

}  // namespace rampart::facts
