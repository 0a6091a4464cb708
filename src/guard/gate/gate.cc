#include "guard/gate/gate.h"

#include <algorithm>
#include <array>
#include <ranges>

#include <fmt/format.h>

#include "auth/results_field.h"
#include "auth/results_parse.h"
#include "base/json.h"
#include "base/text.h"
#include "crypto/ids.h"
#include "dns/domain.h"
#include "mail/encoded_words.h"

namespace rampart::guard {
namespace {

using base::Result;

constexpr std::string_view kResultsName = "Authentication-Results";
constexpr std::string_view kFieldsName = "X-Rampart-";  // how the names of our own fields begin
constexpr std::size_t kToldSignals = 5;                 // in the field of what is tagged
constexpr std::size_t kShown = 200;                     // octets of a field in an event

const mail::Field* first_of(const mail::Header& header, std::string_view name) {
  const auto found =
      std::ranges::find_if(header.fields, [&](const mail::Field& field) { return field.is(name); });
  return found == header.fields.end() ? nullptr : &*found;
}

std::string text_of(const mail::Header& header, std::string_view name) {
  const auto* field = first_of(header, name);
  return field == nullptr ? std::string() : base::excerpt(base::trim(mail::unfold(field->value)), kShown);
}

// The same as mail programs show it (RFC 2047): what people know a message by.
std::string shown_text_of(const mail::Header& header, std::string_view name) {
  const auto* field = first_of(header, name);
  return field == nullptr ? std::string()
                          : base::excerpt(base::trim(mail::decode_words(field->value).text), kShown);
}

// Where the MTA finds these fields: by their name, and how many of that name stand above. What is no field of its own cannot be
// taken out.
std::vector<milter::FieldPlace> places_of(const mail::Header& header,
                                          const std::vector<std::string_view>& raws) {
  std::vector<milter::FieldPlace> out;
  for (const auto raw : raws) {
    const auto found = std::ranges::find(header.fields, raw.data(),
                                         [](const mail::Field& field) { return field.raw.data(); });
    if (found == header.fields.end()) continue;
    const auto above = std::count_if(header.fields.begin(), found,
                                     [&](const mail::Field& field) { return field.is(found->name); });
    out.push_back({.name = std::string(found->name), .number = static_cast<std::uint32_t>(above) + 1});
  }
  return out;
}

// A whole field as a milter adds it: folded with line feeds, without a final line end; above all others.
milter::NewField new_field(std::string field) {
  std::erase(field, '\r');
  while (field.ends_with('\n')) field.pop_back();
  const auto colon = field.find(':');
  const auto value = field.find_first_not_of(' ', colon + 1);
  return {.place = 0, .name = field.substr(0, colon), .value = field.substr(value)};
}

// Fields that nobody but us may have written.
std::vector<std::string_view> unwanted_fields(const mail::Header& header, std::string_view authserv_id,
                                              std::string_view content_field) {
  const mail::FieldIndex index(header);
  auto out = auth::forged_results(header, index, authserv_id);
  for (const auto& field : header.fields)
    if (base::istarts_with(field.name, kFieldsName) || field.is(content_field)) out.push_back(field.raw);
  return out;
}

// What programs behind go by: "suspicious; score=42.5; signals=brand-link-away, link-shortener".
std::string content_field_of(const ContentJudged& content) {
  auto out = fmt::format(
      "{}; score={:.1f}; signals=", content.level == model::Level::quarantine ? "phishing" : "suspicious",
      content.score);
  std::size_t told = 0;
  for (const auto& [signal, points] : content.signals) {
    if (points <= 0 || told == kToldSignals) break;
    out += fmt::format("{}{}", told++ == 0 ? "" : ", ", signal::kind_of(signal.code).code);
  }
  return out;
}

// The message as the next hop has it, without these fields.
mail::Message shown(const mail::Message& message, const std::vector<std::string_view>& without) {
  auto out = message;
  std::erase_if(out.header.fields, [&](const mail::Field& field) {
    return std::ranges::any_of(without, [&](std::string_view raw) { return raw.data() == field.raw.data(); });
  });
  return out;
}

// Whether no person wrote it (RFC 3834 section 5; the older Precedence, as has_list_trace() knows it; a report such as the receipt that a
// mail client sends because its sender asked for one, RFC 6522 and RFC 8098 section 3).
bool is_automatic(const mail::Header& header) {
  return std::ranges::any_of(header.fields, [](const mail::Field& field) {
    const auto value = base::trim(field.value);
    if (field.is("Content-Type"))
      return base::iequals(value.substr(0, value.find_first_of("; \t\r\n(")), "multipart/report");
    if (field.is("Auto-Submitted"))
      return !base::iequals(value.substr(0, value.find_first_of("; \t(")), "no");
    return field.is("Precedence") && (base::iequals(value, "bulk") || base::iequals(value, "list") ||
                                      base::iequals(value, "junk") || base::iequals(value, "auto_reply"));
  });
}

// `recipients` outlives it, and so does the session.
Peer peer_of(const milter::Session& session, std::span<const std::string> recipients) {
  return {.client = session.client().ip,
          .helo = session.helo(),
          .authenticated = session.macros().find("auth_type").has_value(),
          .recipients = recipients,
          .listener = session.place(),
          .daemon = session.macros().find("daemon_name").value_or(std::string_view())};
}

milter::Answer refusal(const Ruling& ruling, Action action) {
  return {.verdict =
              action == Action::reject ? milter::Answer::Verdict::reject : milter::Answer::Verdict::tempfail,
          .reply = {.code = ruling.code, .enhanced = ruling.enhanced, .text = ruling.text},
          .removed = {},
          .added = {},
          .not_for = {}};
}

}  // namespace

std::string_view to_string(Mode mode) { return mode == Mode::monitor ? "monitor" : "enforce"; }

std::string event_json(const Event& event) {
  std::string out;
  base::JsonWriter json(out);
  json.begin_object()
      .member("schema", "rampart.event/1")
      .member("id", event.id)
      .member("at", base::format_time(event.at))
      .member("mode", to_string(event.mode))
      .member("asked", to_string(event.asked))
      .member("answered", to_string(event.answered))
      .member("queue_id", event.queue_id)
      .member("client", event.client)
      .member("role", event.role)
      .member("user", event.user)
      .member("mail_from", event.mail_from)
      .member_array("recipients", event.recipients)
      .member("author", event.author)
      .member("subject", event.subject)
      .member("message_id", event.message_id)
      .member("size", event.size)
      .member("draw", event.draw)
      .member("results", event.results)
      .member_array("signed_by", event.signed_by)
      .member("sealed_by", event.sealed_by)
      .member("kept", event.kept)
      .member("took_us", event.took.count());
  write_causes(json, event.causes);
  write_sender(json, event.sender, event.recipients);
  if (!event.others.empty()) {
    json.key("others").begin_array();
    for (const auto& other : event.others) {
      json.begin_object().member("field", other.field).member("says", to_string(other.says));
      if (other.score) json.key("score").value(*other.score);
      json.end_object();
    }
    json.end_array();
  }
  if (!event.other_results.empty()) json.member_array("other_results", event.other_results);
  if (!event.outcomes.empty()) {
    json.key("outcomes").begin_array();
    for (const auto& outcome : event.outcomes) {
      json.begin_object()
          .member("action", to_string(outcome.action))
          .member_array("recipients", outcome.recipients)
          .member("kept", outcome.kept);
      write_causes(json, outcome.causes);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
  return out;
}

// A message on its way through the gate; lives until it is answered.
struct Gate::Work {
  milter::Session& session;
  std::shared_ptr<const Rules> rules;
  mail::Message message;
  std::unique_ptr<Scan> scan;
  Event event;
  std::optional<dns::Name> author;           // the one domain of the From field
  std::string address = {};                  // of its one author, as it is remembered; empty: there is none
  std::vector<std::string> recipients = {};  // their addresses
  std::vector<std::string> kept = {};        // by share: its id in the quarantine
  std::string results = {};                  // our whole Authentication-Results field; empty: none
  bool released = false;                     // from quarantine, by a pass that was honoured
  MarkCheck seen = {};                       // what its mark says
  bool back = false;                         // it was let through before
  unsigned awaited = 0;                      // of those who look into it
  std::vector<std::string_view> unwanted = {};  // fields that are taken out
  std::vector<std::string> added = {};          // whole fields of signatures or a seal, the top one first
  std::vector<Cause> causes = {};               // of these, behind those of what is done
  std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
};

// It decides nothing, and so it comes first.
std::string Gate::why_mark_refused(const Work& work) {
  if (work.seen.holds && is_from_outside(work.scan->standing().role))
    return "it has the mark of a message that was let through, and comes from outside, where nobody's counts";
  return work.seen.why;
}

milter::Answer Gate::failed(Mode mode, const std::string& what, Trouble why) {
  if (parts_.failure) parts_.failure(why);
  parts_.log(what);
  milter::Answer out;
  if (mode == Mode::enforce) {
    out.verdict = milter::Answer::Verdict::tempfail;
    out.reply = {
        .code = 451, .enhanced = "4.3.0", .text = "this message cannot be looked at now; try again later"};
  }
  return out;
}

milter::Answer Gate::overloaded() {
  const auto mode = parts_.rules()->mode;
  return failed(mode,
                fmt::format("there was no room to look at a message: it was {}",
                            mode == Mode::enforce ? "put off" : "let through"),
                Trouble::overload);
}

void Gate::decide(milter::Session& session, std::function<void(milter::Answer)> done) {
  auto& transaction = session.message();
  const auto bytes = transaction.bytes.view();
  auto rules = parts_.rules();
  if (!bytes) return done(failed(rules->mode, bytes.error().message()));
  if (!transaction.fault.empty())
    return done(failed(rules->mode, fmt::format("a message was not kept whole: {}", transaction.fault)));
  auto message = mail::Message::parse(*bytes);
  if (!message) return done(unreadable(session, *rules, message.error()));
  const auto work = std::make_shared<Work>(Work{.session = session,
                                                .rules = std::move(rules),
                                                .message = *std::move(message),
                                                .scan = nullptr,
                                                .event = {}});
  work->recipients.reserve(transaction.recipients.size());
  for (const auto& recipient : transaction.recipients) work->recipients.push_back(recipient.address);
  Situation situation{
      .peer = peer_of(session, work->recipients), .mail_from = transaction.sender.address, .memory = {}};
  work->scan = std::make_unique<Scan>(work->message, std::move(situation), work->rules->roles,
                                      work->rules->local, work->rules->inspection, keys_);
  if (came_back(*work)) return done(answer(*work, work->scan->came_back(work->seen.id)));
  // Whether DNS answers is nothing to a user of ours.
  if (is_of_ours(work->scan->standing().role)) return done(answer(*work, work->scan->of_ours()));
  recall(*work);
  if (is_from_outside(work->scan->standing().role)) return look(work, *bytes, std::move(done));
  drive(work, options_.monitor_time, std::move(done));
}

void Gate::look(const std::shared_ptr<Work>& work, std::string_view bytes,
                std::function<void(milter::Answer)> done) {
  const auto& rules = *work->rules;
  // Half of a monitor's time is for the content.
  const auto half = std::max(options_.monitor_time / 2, std::chrono::seconds(1));
  auto unseen = why_not_looked_at(rules.inspection, rules.local.name_content(), bytes.size());
  const bool looks = parts_.look && !unseen;
  if (parts_.look && unseen) work->scan->set_inspected(*std::move(unseen));
  work->awaited = (looks ? 1U : 0U) + (parts_.scan_for_viruses ? 1U : 0U);
  if (work->awaited == 0) return drive(work, options_.monitor_time, std::move(done));
  const auto go_on = [this, work, half, done = std::move(done)] {
    if (--work->awaited == 0) drive(work, half, done);
  };
  if (parts_.scan_for_viruses)
    parts_.scan_for_viruses(std::string(bytes), [work, go_on](ClamdAnswer answer) {
      work->scan->set_clamd(std::move(answer));
      go_on();
    });
  if (looks)
    parts_.look({.header = content_header(work->message.header), .body = work->message.body},
                rules.mode == Mode::monitor ? half : kLookPatience, [work, go_on](Inspected seen) {
                  work->scan->set_inspected(std::move(seen));
                  go_on();
                });
}

void Gate::drive(const std::shared_ptr<Work>& work, std::chrono::seconds monitor_time,
                 std::function<void(milter::Answer)> done) {
  const auto now = parts_.now();
  auto drive = options_.drive;
  if (work->rules->mode == Mode::monitor) drive.time_limit = std::min(drive.time_limit, monitor_time);
  facts::drive<Verdict>([work, now](facts::Facts& facts) { return work->scan->run(facts, now); },
                        parts_.provider, drive,
                        [this, work, done = std::move(done)](facts::Driven<Verdict> driven) {
                          done(answer(*work, std::move(driven.decision)));
                        });
}

// Of who is held to policy a mark spares nothing: whoever got the message has it, too. Of who logged in it only says that the message is
// not his. What was kept and is released has the fields that it came with, and a mark in it may be of another message of its sender's:
// the pass counts, and what was forged in our name is taken out.
bool Gate::came_back(Work& work) const {
  if (parts_.marks == nullptr) return false;
  const auto& header = work.message.header;
  work.seen = parts_.marks->check(header, parts_.now());
  const auto& standing = work.scan->standing();
  const bool was_kept =
      std::ranges::any_of(header.fields, [](const mail::Field& field) { return field.is(kPassName); });
  work.back =
      work.seen.holds && !is_from_outside(standing.role) && standing.proof != Proof::login && !was_kept;
  return work.back;
}

void Gate::recall(Work& work) const {
  const auto& transaction = work.session.message();
  const auto author = mail::read_author(work.message.header);
  if (is_from_outside(work.scan->standing().role)) {
    work.address = author_address(author);
    work.scan->set_sender(parts_.correspondents == nullptr
                              ? unknown_sender(NotKnown::no_store, work.recipients.size())
                              : parts_.correspondents->recall(work.address, work.recipients, parts_.now()));
  }
  if (parts_.memory == nullptr) return;
  if (author.domains.size() == 1) work.author = author.domains.front();
  work.scan->set_memory(parts_.memory->recall({.author = work.author ? &*work.author : nullptr,
                                               .client = work.scan->standing().ip,
                                               .sender = transaction.sender.address,
                                               .recipients = work.recipients},
                                              parts_.now()));
}

// Whom a message makes known. From outside: its author, where it is proven to be his, and it was let through without a word against it.
// A list's mail counts, too: it is its author's all the same, and most of what large providers send has the ARC set that would make it
// a list's. Of ours: whom a person here wrote to, which no answer of a machine does.
void Gate::remember_who(const Work& work, const Verdict& verdict, Action done) const {
  const auto& sender = work.session.message().sender.address;
  if (parts_.correspondents == nullptr || done != Action::accept || work.released || sender.empty()) return;
  const auto& event = work.event;
  if (is_from_outside(verdict.standing.role)) {
    if (verdict.sender && verdict.sender->proven && verdict.ruling.action == Action::accept)
      parts_.correspondents->note_received(work.address, work.recipients, event.at);
    return;
  }
  if (!is_of_ours(verdict.standing.role) || is_automatic(work.message.header)) return;
  const bool strangers = !why_not_ours(verdict.standing, work.seen.holds, work.message.header,
                                       options_.authserv_id, work.rules->signing.sealer)
                              .empty();
  const bool unowned =
      std::ranges::find(event.causes, "author-not-owned", &Cause::code) != event.causes.end();
  const auto& author = verdict.authentication.author;
  const auto writer = author_address(author);
  if (strangers || unowned || writer.empty()) return;
  auto inside = author.domains;
  const auto& relayed = work.rules->roles.gateway.domains;
  inside.insert(inside.end(), relayed.begin(), relayed.end());
  for (const auto& own : work.rules->local.own) inside.push_back(own.domain);
  std::vector<std::string> outside;
  for (const auto& recipient : work.recipients) {
    if (outside.size() > kMostWritten) break;  // one more than are remembered says that there were more
    if (!any_within({&recipient, 1}, inside)) outside.push_back(recipient);
  }
  parts_.correspondents->note_written(writer, outside, event.at);
}

void Gate::remember(const Work& work, const Verdict& verdict, Action done) const {
  remember_who(work, verdict, done);
  if (parts_.memory == nullptr) return;
  const auto& standing = verdict.standing;
  if (is_from_outside(standing.role) && standing.ip && work.author &&
      verdict.authentication.dmarc == dmarc::Result::pass)
    parts_.memory->note_pass(*work.author, *standing.ip, work.event.at);
  if (is_from_outside(standing.role) && done == Action::tempfail)
    parts_.memory->note_deferral(work.session.message().sender.address, work.recipients, work.event.at);
}

Result<std::string> Gate::keep(const Work& work, const Share& share) {
  if (parts_.quarantine == nullptr)
    return base::fail(base::ErrorKind::internal, "there is no quarantine to keep it in");
  const auto& event = work.event;
  std::vector<std::string> recipients;
  recipients.reserve(share.recipients.size());
  for (const auto number : share.recipients) recipients.push_back(event.recipients[number]);
  KeptMessage entry{.id = {},
                    .received = event.at,
                    .queue_id = event.queue_id,
                    .content = {},
                    .client = event.client,
                    .helo = work.session.helo(),
                    .mail_from = event.mail_from,
                    .recipients = std::move(recipients),
                    .author = event.author,
                    .from = shown_text_of(work.message.header, "From"),
                    .subject = event.subject,
                    .message_id = event.message_id,
                    .action = share.ruling.action,
                    .causes = share.ruling.causes,
                    .by = {}};
  return parts_.quarantine->keep(std::move(entry), TRY(work.session.message().bytes.view()), event.at);
}

Result<> Gate::honour_pass(Work& work, Ruling& ruling) {
  if (parts_.passes == nullptr || work.back) return {};
  const auto honoured = TRY(parts_.passes->honour(work.message, work.event.recipients, work.event.at));
  work.released = honoured.passes;
  if (honoured.passes)
    ruling = {.action = Action::accept,
              .causes = {{.code = "released",
                          .text = fmt::format("it was released from quarantine as {}", honoured.id),
                          .section = {}}},
              .code = 0,
              .enhanced = {},
              .text = {},
              .override_type = "local_policy"};
  else if (!honoured.why.empty())
    ruling.causes.push_back({.code = "pass-refused", .text = honoured.why, .section = {}});
  return {};
}

Result<> Gate::keep_shares(Work& work, const Dispatch& done) {
  work.kept.resize(done.shares.size());
  for (std::size_t i = 0; i < done.shares.size(); ++i)
    if (done.shares[i].ruling.action == Action::quarantine) work.kept[i] = TRY(keep(work, done.shares[i]));
  return {};
}

void Gate::note_shares(Work& work, const Ruling& asked, const Dispatch& done) const {
  auto& event = work.event;
  event.answered = done.answer;
  for (const auto& id : work.kept)
    if (event.kept.empty()) event.kept = id;
  if (done.shares.size() == 1) {
    event.causes = done.shares.front().ruling.causes;
    return;
  }
  for (std::size_t i = 0; i < done.shares.size(); ++i) {
    const auto& share = done.shares[i];
    Outcome outcome{.action = share.ruling.action,
                    .recipients = {},
                    .kept = i < work.kept.size() ? work.kept[i] : std::string(),
                    .causes = {}};
    for (const auto number : share.recipients) outcome.recipients.push_back(event.recipients[number]);
    outcome.causes.assign(share.ruling.causes.begin() + static_cast<std::ptrdiff_t>(asked.causes.size()),
                          share.ruling.causes.end());
    event.outcomes.push_back(std::move(outcome));
  }
}

Result<> Gate::hand_on(Work& work, const Verdict& verdict) const {
  if (parts_.ring == nullptr) return {};
  const auto& rules = work.rules->signing;
  auto& event = work.event;
  const auto may = [&]() -> Result<> {
    if (work.session.agreed().may(milter::action::kAddHeaders)) return {};
    return base::fail(base::ErrorKind::internal, "the MTA lets no field be added");
  };
  const auto take = [&](Added added) {
    work.added = std::move(added.fields);
    work.causes = std::move(added.causes);
    return std::move(added.by);
  };
  if (is_of_ours(verdict.standing.role)) {
    // What was released from quarantine is whoever wrote it, though it comes from this machine.
    if (work.released || (!rules.sign && !rules.owners)) return {};
    if (const auto why = why_not_ours(verdict.standing, work.seen.holds, work.message.header,
                                      options_.authserv_id, rules.sealer);
        !why.empty()) {
      if (rules.sign) work.causes.push_back({.code = "not-signed", .text = why, .section = {}});
      return {};
    }
    if (rules.sign) TRY(may());
    event.signed_by = take(
        TRY(sign(shown(work.message, work.unwanted),
                 {.user = std::string(work.session.macros().find("auth_authen").value_or(std::string_view())),
                  .client = work.session.client().ip},
                 *parts_.ring, rules, event.at)));
    return {};
  }
  if (!rules.sealer || !is_from_outside(verdict.standing.role) ||
      !any_within(work.recipients, work.rules->roles.gateway.domains))
    return {};
  TRY(may());
  const auto results = std::string_view(work.results).substr(kResultsName.size() + 2);
  auto by = take(TRY(seal(shown(work.message, work.unwanted), verdict.authentication.arc.result,
                          results.substr(0, results.size() - 2), *parts_.ring, *rules.sealer, event.at)));
  if (!by.empty()) event.sealed_by = std::move(by.front());
  return {};
}

milter::Answer Gate::cannot_sign(Work& work, const base::Error& error) {
  work.causes.push_back({.code = "sign-failed", .text = base::printable(error.message()), .section = {}});
  auto out = failed(work.rules->mode, fmt::format("a message was not signed: {}", error.message()));
  if (out.verdict != milter::Answer::Verdict::tempfail) return out;
  work.event.answered = Action::tempfail;
  // RFC 3463 section 3.8: cryptographic failure.
  out.reply = {
      .code = 451, .enhanced = "4.7.5", .text = "this message cannot be signed now; try again later"};
  return out;
}

milter::Answer Gate::enforce(Work& work, const Verdict& verdict) {
  const auto& header = work.message.header;
  const auto& ruling = verdict.ruling;
  auto& transaction = work.session.message();
  const auto done = dispatch(ruling, work.recipients, work.rules->enforcement, work.event.draw,
                             work.session.agreed().may(milter::action::kDeleteRecipients));
  if (done.answer == Action::accept) {
    // What we added the first time stays: what would be found out now is about who puts it back.
    if (!work.back)
      work.unwanted = unwanted_fields(header, options_.authserv_id, work.rules->inspection.field);
    // Before anything is kept: what is put off comes again.
    if (const auto handed = hand_on(work, verdict); !handed) return cannot_sign(work, handed.error());
  }
  if (const auto kept = keep_shares(work, done); !kept) {
    work.event.answered = Action::tempfail;
    work.event.signed_by.clear();  // what was made is not sent
    work.event.sealed_by.clear();
    return failed(work.rules->mode, kept.error().message());
  }
  note_shares(work, ruling, done);
  milter::Answer out;
  if (done.answer == Action::quarantine) {
    out.verdict = milter::Answer::Verdict::discard;
  } else if (done.answer != Action::accept) {
    out = refusal(done.refusal, done.answer);
  } else {
    out.removed = places_of(header, work.unwanted);
    if (!work.results.empty()) out.added.push_back(new_field(work.results));
    if (!work.back) out.added.push_back({.place = 0, .name = "X-Rampart-Id", .value = work.event.id});
    if (verdict.content && verdict.content->level != model::Level::none)
      out.added.push_back(
          {.place = 0, .name = work.rules->inspection.field, .value = content_field_of(*verdict.content)});
    if (parts_.marks != nullptr && (is_from_outside(verdict.standing.role) || work.released)) {
      const auto mark = parts_.marks->make(work.event.id, header, work.event.at);
      if (!mark.empty()) out.added.push_back(new_field(mark));
    }
    for (const auto& share : done.shares)
      if (share.ruling.action == Action::quarantine)
        for (const auto number : share.recipients) out.not_for.push_back(transaction.recipients[number].raw);
  }
  return out;
}

Event Gate::envelope_of(milter::Session& session, Mode mode) const {
  Event out;
  out.id = crypto::new_id();
  out.at = parts_.now();
  out.mode = mode;
  out.queue_id = session.macros().find("i").value_or(std::string_view());
  out.client = session.client().ip ? session.client().ip->text() : std::string();
  out.user = base::excerpt(session.macros().find("auth_authen").value_or(std::string_view()), kShown);
  out.mail_from = base::printable(session.message().sender.address);
  for (const auto& recipient : session.message().recipients)
    out.recipients.push_back(base::printable(recipient.address));
  out.size = session.message().size;
  return out;
}

// It is as unreadable whenever it comes again. It is refused whatever guard.enforce says: fields that were forged in our name cannot be
// taken out of it, so whoever believes ours would believe them.
milter::Answer Gate::unreadable(milter::Session& session, const Rules& rules, const base::Error& why) {
  auto event = envelope_of(session, rules.mode);
  event.role = to_string(stand(peer_of(session, event.recipients), {}, rules.roles).role);
  event.asked = Action::reject;
  event.causes.push_back({.code = "unreadable", .text = base::printable(why.what), .section = {}});
  milter::Answer out;
  if (rules.mode == Mode::enforce) {
    event.answered = Action::reject;
    // RFC 3463 section 3.4: too big for the system.
    out.verdict = milter::Answer::Verdict::reject;
    out.reply = {.code = 552, .enhanced = "5.3.4", .text = "this message cannot be read: " + why.what};
  }
  parts_.tell(event);
  return out;
}

void Gate::describe(Work& work, const Verdict& verdict) const {
  const auto& header = work.message.header;
  auto& event = work.event;
  event = envelope_of(work.session, work.rules->mode);
  for (const auto& domain : verdict.authentication.author.domains)
    event.author += (event.author.empty() ? "" : ", ") + domain.text();
  event.subject = shown_text_of(header, "Subject");
  event.message_id = text_of(header, "Message-ID");
  event.draw = draw_of(header, work.session.message().sender.address);
  event.others = read_others(header);
  event.other_results = verdict.other_results;
  event.role = to_string(verdict.standing.role);
  event.sender = verdict.sender;
  if (is_of_ours(verdict.standing.role) || work.back) return;
  work.results = auth::results_field(options_.authserv_id, verdict.envelope, verdict.authentication);
  event.results = new_field(work.results).value;
}

milter::Answer Gate::answer(Work& work, Verdict verdict) {
  auto& event = work.event;
  describe(work, verdict);
  if (const auto looked = honour_pass(work, verdict.ruling); !looked) {
    if (work.rules->mode == Mode::enforce) return failed(Mode::enforce, looked.error().message());
    parts_.log(looked.error().message());
  }
  event.asked = verdict.ruling.action;
  event.causes = verdict.ruling.causes;

  milter::Answer out;
  if (work.rules->mode == Mode::enforce) {
    out = enforce(work, verdict);
  } else if (const auto handed = hand_on(work, verdict); !handed) {
    out = cannot_sign(work, handed.error());
  }
  event.causes.insert(event.causes.end(), work.causes.begin(), work.causes.end());
  if (const auto why = why_mark_refused(work); !why.empty())
    event.causes.insert(event.causes.begin(), {.code = "mark-refused", .text = why, .section = {}});
  if (out.verdict == milter::Answer::Verdict::accept)
    for (const auto& field : work.added | std::views::reverse) out.added.push_back(new_field(field));
  event.took =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - work.begun);
  remember(work, verdict, event.answered);
  if (parts_.report && is_from_outside(verdict.standing.role)) parts_.report(event, verdict, work.message);
  parts_.tell(event);
  return out;
}

}  // namespace rampart::guard
