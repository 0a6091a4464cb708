#include "guard/policy/cases.h"

#include <fmt/format.h>

#include "base/text.h"
#include "mail/message.h"

namespace rampart::guard {
namespace {

const dns::Name& author() {
  static const auto kAuthor = *dns::Name::try_parse("bank.example");
  return kAuthor;
}

// A message from outside in the name of a domain, as its authentication might have found it.
struct Example {
  auth::Authentication result;
  std::string header;
  std::string mail_from = "someone@else.example";
  std::optional<base::IpAddress> client = base::IpAddress::parse("192.0.2.1");
  Memory memory;
  std::optional<Inspected> inspected = {};
  std::optional<ContentJudged> content = {};
  std::optional<ClamdAnswer> clamd = {};
  bool clamd_must_say = false;

  Example(dmarc::Result dmarc, dmarc::Policy policy, const dns::Name& from = author()) {
    result.dmarc = dmarc;
    result.policy = policy;
    result.why = dmarc == dmarc::Result::temperror   ? "DNS did not answer"
                 : dmarc == dmarc::Result::permerror ? "two From fields"
                                                     : "nothing was authenticated";
    result.author.domains = {from};
    result.domains.push_back({.author = from, .verdict = {}, .legacy = {}});
    header = fmt::format("From: someone@{}\r\n", from.text());
  }

  // SPF fails against a record that ends in -all.
  Example& forbidden() {
    facts::AnswerBuilder answer(result.author.domains.front(), dns::RrType::txt);
    answer.set_ttl(3600).add_record("v=spf1 -all", 3600);
    auth::SpfChecked spf{.outcome = {}, .domain = result.author.domains.front()};
    spf.outcome.result = spf::Result::fail;
    spf.outcome.path.push_back({.txt = answer.build(), .term = {}});
    result.spf = std::move(spf);
    return *this;
  }
  Example& with(std::string_view field) {
    header += fmt::format("{}\r\n", field);
    return *this;
  }
  // Sealed by this domain, which saw it pass.
  Example& sealed(const dns::Name& sealer) {
    header = fmt::format("ARC-Authentication-Results: i=1; {}; dmarc=pass header.from={}\r\n", sealer.text(),
                         result.author.domains.front().text()) +
             header;
    result.arc.result = arc::Result::pass;
    arc::Set set;
    set.results = 0;
    set.seal_signature.domain = sealer;
    result.arc.chain.sets = {std::move(set)};
    return *this;
  }

  [[nodiscard]] Ruling ruling(const LocalRules& rules, base::Time now) const {
    const auto text = header + "\r\n";
    const auto message = *mail::Message::parse(std::string_view(text));
    return decide({.authentication = &result,
                   .header = &message.header,
                   .local = &rules,
                   .client = client,
                   .mail_from = mail_from,
                   .memory = memory,
                   .now = now,
                   .inspected = inspected ? &*inspected : nullptr,
                   .content = content ? &*content : nullptr,
                   .clamd = clamd ? &*clamd : nullptr,
                   .clamd_must_say = clamd_must_say});
  }
};

constexpr auto kFail = dmarc::Result::fail;
constexpr auto kReject = dmarc::Policy::reject;

void add_general(std::vector<PolicyCase>& out, base::Time now) {
  const LocalRules none;  // the cases before anybody's exceptions
  const auto add = [&](std::string what, const Example& example) {
    out.push_back({.what = std::move(what), .ruling = example.ruling(none, now)});
  };
  add("it passes DMARC", Example(dmarc::Result::pass, kReject));
  add("its domain publishes no DMARC record", Example(dmarc::Result::none, dmarc::Policy::none));
  add("it fails DMARC, p=none", Example(kFail, dmarc::Policy::none));
  add("it fails DMARC, p=quarantine", Example(kFail, dmarc::Policy::quarantine));
  add("it fails DMARC, p=reject, and nothing else speaks against it", Example(kFail, kReject));
  add("the same, and SPF forbids the client with -all, with no aligned signature",
      Example(kFail, kReject).forbidden());
  add("the same, with the trace of a list", Example(kFail, kReject).forbidden().with("List-Id: <l.example>"));
  Example stranger(kFail, kReject);
  stranger.memory.passed_from_here = false;
  add("it fails DMARC, p=reject, and mail of its domain has never passed from its network", stranger);
  Example late(dmarc::Result::temperror, kReject);
  add("DNS does not say whether it passes", late);
  late.memory.deferred_since = now - kMostDeferral;
  add(fmt::format("the same, {} hours later", kMostDeferral.count()), late);
  add("whom it is from cannot be said, and one that it names publishes a policy",
      Example(dmarc::Result::permerror, kReject));
  add("whom it is from cannot be said, and nobody asks for anything",
      Example(dmarc::Result::permerror, dmarc::Policy::none));
}

// A message that passes DMARC, whose content comes to this by one signal.
Example holding(const model::Model& model, model::Level level, signal::Code code) {
  Example out(dmarc::Result::pass, kReject);
  const auto score = level == model::Level::tag ? model.tag() : model.quarantine();
  out.content = ContentJudged{.score = score,
                              .level = level,
                              .signals = {{.signal = {.code = code}, .points = score}},
                              .tag = model.tag(),
                              .quarantine = model.quarantine(),
                              .model = model.name()};
  return out;
}

void add_content_cases(std::vector<PolicyCase>& out, const InspectionRules& rules, base::Time now) {
  const LocalRules none;
  const auto add = [&](std::string what, const Example& example) {
    out.push_back({.what = std::move(what), .ruling = example.ruling(none, now)});
  };
  const auto& weights = *rules.model;
  using signal::Code;
  if (weights.tag() < weights.quarantine())
    add("it passes DMARC, and its content is worth guard.tag_score",
        holding(weights, model::Level::tag, Code::link_away));
  add("it passes DMARC, and its content is worth guard.quarantine_score",
      holding(weights, model::Level::quarantine, Code::words_credentials));
  add("the same, in the name of your organisation or of one of guard.protected_people",
      holding(weights, model::Level::quarantine, Code::protected_person));
  add("the same, and it imitates a partner's or a brand's domain, and asks for nothing harmful",
      holding(weights, model::Level::quarantine, Code::brand_lookalike));
  add("the same, and nothing of that is in it", holding(weights, model::Level::quarantine, Code::link_away));
}

// Where messages are looked into, whatever is made of it.
void add_look_cases(std::vector<PolicyCase>& out, const InspectionRules& rules, base::Time now) {
  const LocalRules none;
  const auto add = [&](std::string what, const Example& example) {
    out.push_back({.what = std::move(what), .ruling = example.ruling(none, now)});
  };
  Example example(dmarc::Result::pass, kReject);
  example.inspected = not_inspected("it ended the process that looked at it, twice", Extent::killed);
  add("it ends the process that looks into it, twice", example);
  example.inspected = not_inspected("too many messages wait", Extent::late);
  add("nobody can look into it in time", example);
  example.inspected.reset();
  example.clamd =
      ClamdAnswer{.said = ClamdSaid::found, .why = ClamdWhy::none, .name = "Example-Signature", .detail = {}};
  add("ClamAV names what it holds (guard.clamd)", example);
  example.clamd = ClamdAnswer{.said = ClamdSaid::unknown, .why = ClamdWhy::late, .name = {}, .detail = {}};
  example.clamd_must_say = rules.clamd_must_say;
  add("ClamAV says nothing of it in time (guard.clamd_unknown)", example);
}

void add_override(std::vector<PolicyCase>& out, const LocalRules& rules, const Override& rule,
                  base::Time now) {
  Example example(kFail, kReject, rule.author.value_or(author()));
  std::string whom;
  const auto name = [&](const std::string& what) { whom += (whom.empty() ? "" : ", ") + what; };
  if (rule.author) name("in the name of " + rule.author->text());
  if (!rule.mail_from.empty()) {
    name("sent by " + base::printable(rule.mail_from));
    example.mail_from = rule.mail_from.starts_with('@') ? "someone" + rule.mail_from : rule.mail_from;
  }
  example.client = rule.network ? rule.network : std::nullopt;
  if (rule.network) name(fmt::format("from {}/{}", rule.network->text(), rule.prefix));
  out.push_back(
      {.what = fmt::format("it fails DMARC, p=reject, {}", whom), .ruling = example.ruling(rules, now)});
}

}  // namespace

std::vector<PolicyCase> policy_cases(const LocalRules& rules, const InspectionRules& inspection,
                                     base::Time now) {
  std::vector<PolicyCase> out;
  add_general(out, now);
  if (inspection.judges()) add_content_cases(out, inspection, now);
  if (inspection.judges()) add_look_cases(out, inspection, now);
  const auto lists = std::make_shared<Lists>();
  lists->block.push_back(read_list("a block list", author().text()));
  LocalRules blocking;
  blocking.lists = lists;
  blocking.reject_blocked = rules.reject_blocked;
  out.push_back({.what = "its author, sender or network is on a block list (guard.block_files)",
                 .ruling = Example(dmarc::Result::pass, kReject).ruling(blocking, now)});
  for (const auto& own : rules.own) {
    const Example open(kFail, dmarc::Policy::none, own.domain);
    const Example strict(kFail, kReject, own.domain);
    out.push_back({.what = fmt::format("it claims {} from outside and fails, p=none", own.domain.text()),
                   .ruling = open.ruling(rules, now)});
    out.push_back({.what = fmt::format("it claims {} from outside and fails, p=reject", own.domain.text()),
                   .ruling = strict.ruling(rules, now)});
  }
  for (const auto& rule : rules.overrides) {
    if (rule.holds(now)) add_override(out, rules, rule, now);
  }
  for (const auto& sealer : rules.trusted_sealers)
    out.push_back(
        {.what = fmt::format("it fails DMARC, p=reject, and {} sealed that it passed there", sealer.text()),
         .ruling = Example(kFail, kReject).sealed(sealer).ruling(rules, now)});
  return out;
}

}  // namespace rampart::guard
