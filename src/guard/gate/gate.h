// What stands behind a milter server: each message is judged, kept or let through, and told of.
//
//   Gate gate(provider, rules, {.authserv_id = "guard.bank.example"}, …);
//   milter::Server server(io, {}, admission, gate);
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "facts/driver.h"
#include "guard/gate/other_filter.h"
#include "guard/gate/verdict.h"
#include "guard/inspect/inspection.h"
#include "guard/inspect/seen/inspector.h"
#include "guard/mark/mark.h"
#include "guard/memory/correspondents.h"
#include "guard/memory/memory.h"
#include "guard/milter/server.h"
#include "guard/policy/enforce.h"
#include "guard/quarantine/quarantine.h"
#include "guard/release/pass.h"
#include "guard/sign/signing.h"

namespace rampart::guard {

enum class Mode : std::uint8_t {
  monitor,  // nothing is changed, and whatever goes wrong accepts
  enforce,  // whatever goes wrong is a temporary failure: the sender tries again
};
std::string_view to_string(Mode mode);

// What is decided by, of one configuration; replaced as a whole when that is read again. A message keeps those it was decided by.
struct Rules {
  Mode mode = Mode::monitor;
  RoleRules roles;
  LocalRules local;
  SigningRules signing;
  InspectionRules inspection;
  std::vector<Enforcement> enforcement;  // none: all that is asked for is done
};

// What became of a message for some of its recipients.
struct Outcome {
  Action action = Action::accept;
  std::vector<std::string> recipients;
  std::string kept;           // its id in the quarantine
  std::vector<Cause> causes;  // beside those of the policy
};

// A message that was answered.
struct Event {
  std::string id;  // 26 letters, as a quarantined message's
  base::Time at{};
  std::string queue_id;
  std::string client;
  std::string user;  // who logged in; empty: nobody did
  std::string mail_from;
  std::vector<std::string> recipients;
  std::string author;
  std::string subject;
  std::string message_id;
  std::uint64_t size = 0;
  unsigned draw = 0;                       // its place among all messages (draw_of())
  std::vector<OtherVerdict> others;        // what filters before us said
  std::vector<std::string> other_results;  // what those of guard.trusted_milters found out
  std::string role;
  std::optional<Correspondence> sender;  // what is known of who wrote it; nothing of mail that is ours
  std::string results;  // the value of our Authentication-Results field; empty: nothing was looked up
  std::vector<std::string> signed_by;  // "s1._domainkey.bank.example" for each key that signed
  std::string sealed_by;               // the same of the ARC set that was added
  Action asked = Action::accept;       // what the policy asks for
  Action answered = Action::accept;    // what was done: accept where anybody gets it
  std::vector<Cause> causes;
  std::string kept;               // its id in the quarantine, or the first of several
  std::vector<Outcome> outcomes;  // where recipients differ: all of them
  Mode mode = Mode::monitor;
  std::chrono::microseconds took{};
};
std::string event_json(const Event& event);  // one line, without its end; schema "rampart.event/1"

// Why a message was not looked at.
enum class Trouble : std::uint8_t { fault, overload };

struct GateOptions {
  std::string authserv_id;
  facts::DriveOptions drive{.time_limit = std::chrono::seconds(20)};
  std::chrono::seconds monitor_time{2};  // that DNS gets where the mode is monitor
};

class Gate : public milter::Decider {
 public:
  struct Parts {
    facts::Provider& provider;
    Quarantine* quarantine;        // nullptr: mode enforce is out of the question
    Passes* passes = nullptr;      // by which released messages are known; nullptr: by none
    const Marks* marks = nullptr;  // by which those that come back are; nullptr: by none, and none is made
    std::function<std::shared_ptr<const Rules>()> rules;  // those of now
    std::function<void(const Event&)> tell;
    std::function<void(const std::string&)> log;
    std::function<base::Time()> now;
    // Looks into a message from outside, for that long, and calls back on this loop; empty: nobody does.
    std::function<void(Inspector::Text, std::chrono::milliseconds, std::function<void(Inspected)>)> look = {};
    // Asks a virus scanner about a message from outside; empty: nobody does.
    std::function<void(std::string, std::function<void(ClamdAnswer)>)> scan_for_viruses = {};
    SenderMemory* memory = nullptr;            // nullptr: nothing is remembered
    Correspondents* correspondents = nullptr;  // the same
    KeyRing* ring = nullptr;                   // nullptr: nobody signs
    // Of a message from outside that was answered, while it is there: for who reports on it. May be empty.
    std::function<void(const Event&, const Verdict&, const mail::Message&)> report = {};
    std::function<void(Trouble)> failure = {};  // each time that something of ours failed; may be empty
  };
  // Everything in `parts` outlives it.
  Gate(Parts parts, GateOptions options) : parts_(std::move(parts)), options_(std::move(options)) {}

  void decide(milter::Session& session, std::function<void(milter::Answer)> done) override;
  milter::Answer overloaded() override;
  // A monitor holds nothing up.
  bool may_wait() override { return parts_.rules()->mode == Mode::enforce; }
  void trouble(const std::string& what) override { parts_.log(what); }

 private:
  struct Work;
  // Has a message from outside looked into, by all who do, and goes on with drive().
  void look(const std::shared_ptr<Work>& work, std::string_view bytes,
            std::function<void(milter::Answer)> done);
  // Asks what has to be known of a message, and answers it.
  void drive(const std::shared_ptr<Work>& work, std::chrono::seconds monitor_time,
             std::function<void(milter::Answer)> done);
  // When something of ours failed: accept or tempfail, as the mode says.
  milter::Answer failed(Mode mode, const std::string& what, Trouble why = Trouble::fault);
  // What the memories know, and what they learn.
  void recall(Work& work) const;
  void remember(const Work& work, const Verdict& verdict, Action done) const;
  void remember_who(const Work& work, const Verdict& verdict, Action done) const;
  // A key that has to sign cannot be read: put off, or let through unsigned, as the mode says.
  milter::Answer cannot_sign(Work& work, const base::Error& error);
  milter::Answer answer(Work& work, Verdict verdict);
  Event envelope_of(milter::Session& session, Mode mode) const;
  milter::Answer unreadable(milter::Session& session, const Rules& rules, const base::Error& why);
  void describe(Work& work, const Verdict& verdict) const;
  // What is done in mode enforce; notes it in the event.
  milter::Answer enforce(Work& work, const Verdict& verdict);
  // Makes what is added to a message that is handed on: signatures, or a seal.
  base::Result<> hand_on(Work& work, const Verdict& verdict) const;
  // Keeps it from those who must not have it. After an error nothing is to be answered but a failure.
  base::Result<> keep_shares(Work& work, const Dispatch& done);
  void note_shares(Work& work, const Ruling& asked, const Dispatch& done) const;
  // Whether it was let through before, and is put back by whom no policy holds.
  bool came_back(Work& work) const;
  static std::string why_mark_refused(const Work& work);
  // A message that was released is let by, whatever else is found out about it.
  base::Result<> honour_pass(Work& work, Ruling& ruling);
  base::Result<std::string> keep(const Work& work, const Share& share);

  Parts parts_;
  GateOptions options_;
  dkim::KeyCache keys_;
};

}  // namespace rampart::guard
