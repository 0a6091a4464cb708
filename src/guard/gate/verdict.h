// What was found out about a message and what is done with it, in one: shown by `rampart scan`, written as an event, and what a
// milter's answer is made of.
#pragma once

#include <string>
#include <vector>

#include "auth/authenticate.h"
#include "guard/memory/acquaintance.h"
#include "guard/policy/policy.h"
#include "guard/role/role.h"

namespace rampart::guard {

// Something that speaks against a message.
struct Signal {
  std::string code;
  double strength = 0;   // 0 to 100; signals add up, to 100 at most
  std::string evidence;  // printable
  std::string part;      // of the message: "header", or "message" for the whole
};

struct Verdict {
  Standing standing;
  auth::Envelope envelope;  // that was judged
  auth::Authentication authentication;
  Ruling ruling;
  std::vector<Signal> signals;
  std::optional<Correspondence>
      sender;  // what is known of who wrote it; nothing of mail that is not from outside
  std::optional<ContentJudged> content = {};  // nothing: it was not judged
  std::vector<std::string> unchecked;  // what nothing was known for: "SPF: the client's address is not known"
  std::vector<std::string> other_results;  // of trusted_milters, as read_other_results() gives them

  [[nodiscard]] double score() const;
};

// Everything that decides about a message, beside itself.
struct Situation {
  Peer peer;
  std::optional<std::string> mail_from;
  Memory memory;
  std::optional<Inspected> inspected = {};  // nothing: nobody had to look
  std::optional<ClamdAnswer> clamd = {};    // nothing: it was not asked
  Correspondence sender = {};               // `proven` is found out
};

// A function of the message, the facts, the rules and `now`; void while questions are open.
class Scan {
 public:
  // All must outlive it.
  Scan(const mail::Message& message, Situation situation, const RoleRules& roles, const LocalRules& local,
       const InspectionRules& inspection, dkim::KeyCache& keys);
  Scan(const Scan&) = delete;
  Scan& operator=(const Scan&) = delete;

  [[nodiscard]] const Standing& standing() const { return standing_; }
  // Before it runs.
  void set_memory(const Memory& memory) { situation_.memory = memory; }
  void set_sender(Correspondence sender) { situation_.sender = std::move(sender); }
  void set_inspected(Inspected seen) { situation_.inspected = std::move(seen); }
  void set_clamd(ClamdAnswer answer) { situation_.clamd = std::move(answer); }
  Verdict run(facts::Facts& facts, base::Time now);
  // Of a message that is_of_ours(): nothing has to be found out for it.
  [[nodiscard]] Verdict of_ours() const;
  // Of one that was let through before, as the event `id`, and is put back by whom no policy holds: it stands as this machine's own.
  [[nodiscard]] Verdict came_back(std::string_view id) const;

 private:
  std::optional<ContentJudged> judge(const auth::Authentication& authentication,
                                     const Correspondence& sender);

  const mail::Message& message_;
  Situation situation_;
  const LocalRules& local_;
  const InspectionRules& inspection_;
  std::optional<names::NameFacts> names_;  // of the header, once they were looked at
  Standing standing_;
  auth::Envelope envelope_;
  auth::Authenticator authenticator_;
};

}  // namespace rampart::guard
