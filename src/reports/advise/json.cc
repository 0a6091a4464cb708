#include "base/json.h"

#include <cmath>

#include "reports/advise/format.h"
#include "reports/show/show.h"

namespace rampart::reports::advice {
namespace {

using base::JsonStyle;
using base::JsonWriter;

void text_or_null(JsonWriter& json, std::string_view key, std::string_view text) {
  json.key(key);
  if (text.empty()) {
    json.null();
  } else {
    json.value(text);
  }
}

void day_or_null(JsonWriter& json, std::string_view key, const std::optional<std::int32_t>& day) {
  text_or_null(json, key, day ? day_text(*day) : std::string());
}

void write(JsonWriter& json, std::string_view key, const SourceTally& tally) {
  json.key(key).begin_object().member("messages", tally.messages()).member("dkim", tally.dkim);
  json.member("spf_only", tally.spf).member("fail", tally.fail).end_object();
}

void write(JsonWriter& json, std::string_view key, const Rate& rate) {
  json.key(key).begin_object().member("mean", rate.mean).member("low", rate.bounds.low);
  json.member("high", rate.bounds.high).member("confidence", kConfidence).end_object();
}

void write_gates(JsonWriter& json, const Advice& advice) {
  json.key("gates").begin_array();
  for (const auto& gate : advice.gates)
    json.begin_object()
        .member("gate", to_string(gate.gate))
        .member("state", to_string(gate.state))
        .member("says", gate.says)
        .member_array("evidence", gate.evidence)
        .end_object();
  json.end_array();
}

void write_blockers(JsonWriter& json, const Advice& advice) {
  json.key("blockers").begin_array();
  for (const auto& blocker : advice.blockers) {
    json.begin_object().member("gate", to_string(blocker.gate));
    text_or_null(json, "source", blocker.source);
    json.member("says", blocker.says).member("mend", blocker.mend);
    text_or_null(json, "help", blocker.help);
    day_or_null(json, "until", blocker.until);
    json.member("waits", blocker.waits).member("acceptable", blocker.acceptable);
    json.member("accepted", blocker.accepted).end_object();
  }
  json.end_array();
}

void write_blast(JsonWriter& json, const Blast& blast) {
  json.key("blast").begin_object().member("policy", dmarc::to_string(blast.policy));
  json.member("subdomains", blast.below)
      .member("from", day_text(blast.from))
      .member("to", day_text(blast.to));
  json.member("forged", blast.forged).member("legitimate", blast.real).member("handed_on", blast.handed_on);
  json.member("lists", blast.lists).member("unclear", blast.unclear);
  json.member("legitimate_messages", blast.messages).member("by_spf", blast.by_spf);
  json.member("estimated", blast.estimated);
  write(json, "legitimate_a_day", blast.real_rate);
  json.key("sources").begin_array();
  for (const auto& hit : blast.hits) {
    json.begin_object().member("source", hit.stream->source.id).member("messages", hit.messages);
    json.member("stopped", hit.stopped).member("by_spf", hit.by_spf).member("before_mended", hit.mended);
    write(json, "stopped_a_day", hit.rate);
    json.end_object();
  }
  json.end_array().end_object();
}

void write_sources(JsonWriter& json, const Advice& advice) {
  json.key("sources").begin_array();
  for (const auto& stream : advice.streams) {
    const auto& source = stream.source;
    json.begin_object().member("id", source.id).member("name", source.name);
    json.member("kind", to_string(source.kind)).member("confidence", to_string(source.confidence));
    json.member("standing", to_string(stream.standing)).member("by_owner", stream.by_owner());
    text_or_null(json, "provider", source.provider == nullptr ? std::string() : source.provider->id);
    write(json, "mail", source.tally);
    json.member("lists", stream.lists()).member("first_day", day_text(source.first_day));
    json.member("last_day", day_text(source.last_day)).member("trend", to_string(source.trend));
    json.key("evidence").begin_array();
    for (const auto& evidence : source.evidence) json.value(evidence.text());
    json.end_array().end_object();
  }
  json.end_array();
}

void write_next(JsonWriter& json, const Advice& advice) {
  json.key("next");
  if (!advice.next) {
    json.null();
    return;
  }
  const auto& next = *advice.next;
  json.begin_object().member("name", "_dmarc." + advice.domain).member("record", next.record);
  json.member("policy", dmarc::to_string(next.p)).member("test", next.soft).member("now", advice.now);
  json.member("says", next.says).end_object();
}

void write_honours(JsonWriter& json, const Honours& honours) {
  json.key("honours").begin_object().member("messages", honours.messages);
  json.member("reads_t", honours.reads_t).member("reads_pct", honours.reads_pct);
  json.member("unknown", honours.unknown).member("acts", honours.acts);
  json.member_array("t", honours.t).member_array("pct", honours.pct);
  json.member_array("seen_t", honours.seen_t).member_array("seen_pct", honours.seen_pct).end_object();
}

void write_current(JsonWriter& json, const Current& current) {
  constexpr std::string_view kFrom[] = {"nowhere", "dns", "reports"};
  json.key("current").begin_object().member("from", kFrom[static_cast<std::size_t>(current.from)]);
  text_or_null(json, "record", current.record.text);
  json.member("own", current.own)
      .member("policy", dmarc::to_string(current.p()))
      .member("test", current.soft());
  day_or_null(json, "since", current.since);
  json.member("days", current.days).end_object();
}

void write_forecasts(JsonWriter& json, const Advice& advice) {
  json.key("steps").begin_array();
  for (const auto& forecast : advice.forecasts) {
    json.begin_object().member("step", forecast.step).member("known", forecast.known);
    json.member("senders", forecast.senders).member_array("failing", forecast.failing);
    json.member("why", forecast.why).member("covered", forecast.covered).end_object();
  }
  json.end_array();
}

void write_reporters(JsonWriter& json, const Advice& advice) {
  json.key("reporters").begin_array();
  for (const auto& one : advice.reporters) {
    json.begin_object().member("name", one.name).member("ground", to_string(one.ground));
    json.member("counts", counts(one.ground)).member("messages", one.messages);
    json.member("first_day", day_text(one.first_day)).member("last_day", day_text(one.last_day)).end_object();
  }
  json.end_array().key("said_aside").begin_array();
  for (const auto& said : advice.aside) {
    json.begin_object();
    text_or_null(json, "source", said.source);
    json.member("messages", said.messages)
        .member("failing", said.failing)
        .member("addresses", said.addresses);
    json.member_array("reporters", said.reporters).member("more_reporters", said.more_reporters).end_object();
  }
  json.end_array();
}

void write_lookups(JsonWriter& json, const Advice& advice) {
  json.key("lookups").begin_object().member("unanswered", advice.unanswered_in_all);
  json.member("left_out", advice.left_out).key("named").begin_array();
  for (const auto& one : advice.unanswered) {
    json.begin_object();
    text_or_null(json, "address", one.address);
    json.member("why", one.why).member("messages", one.messages).end_object();
  }
  json.end_array().end_object();
}

void write_advice(JsonWriter& json, const Advice& advice) {
  json.member("domain", advice.domain).member("today", day_text(advice.today));
  json.member("verdict", to_string(advice.verdict)).member("tried", dmarc::to_string(advice.target));
  json.member("headline", advice.headline).member("sentence", advice.sentence);
  json.member("look_again", day_text(advice.look_again));
  write_current(json, advice.current);
  write_next(json, advice);
  text_or_null(json, "rollback", advice.rollback);
  write_gates(json, advice);
  write_blockers(json, advice);
  write_blast(json, advice.blast);
  write_sources(json, advice);
  write_reporters(json, advice);
  write_lookups(json, advice);
  write_honours(json, advice.honours);
  json.member_array("watch", advice.watch);
  json.key("spf").begin_object().member("known", advice.idle_known);
  json.member_array("idle_includes", advice.idle_includes).end_object();
  json.member_array("notes", advice.notes);
  write_forecasts(json, advice);
}

}  // namespace

std::string format_advice_json(const Advice& advice) {
  std::string out;
  JsonWriter json(out, JsonStyle::pretty);
  json.begin_object().member("schema", "rampart.advise/1");
  write_advice(json, advice);
  json.end_object();
  return out + '\n';
}

std::string format_portfolio_json(std::span<const Placed> portfolio) {
  std::string out;
  JsonWriter json(out, JsonStyle::pretty);
  json.begin_object().member("schema", "rampart.advise-all/1").key("domains").begin_array();
  for (const auto& placed : portfolio) {
    json.begin_object();
    text_or_null(json, "organisation", placed.organisation);
    write_advice(json, placed.advice);
    json.end_object();
  }
  json.end_array().end_object();
  return out + '\n';
}

}  // namespace rampart::reports::advice
