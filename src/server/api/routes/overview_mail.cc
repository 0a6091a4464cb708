#include "server/api/routes/overview_mail.h"

#include <algorithm>
#include <mutex>

#include "base/text.h"
#include "guard/events/event_list.h"
#include "guard/events/event_rates.h"

namespace rampart::server::api {
namespace {

// All our own.
constexpr std::size_t kMostLooked = 1'000;  // forged messages of a cause that are added up: the newest
constexpr std::chrono::seconds kForgedKept{
    30};  // that a sum is not made anew: reading events takes some milliseconds
constexpr std::array<std::string_view, 2> kForgedCauses{"dmarc-reject", "dmarc-quarantine"};

using MostForged = std::vector<std::pair<std::string, Forged>>;

base::Result<guard::EventStore*> events_of(Bench& bench) {
  return bench.keep<guard::EventStore>(
      [](store::Database& database) { return guard::EventStore::open(database); });
}

void add_forged(std::map<std::string, Forged>& sums, const std::string& event) {
  const auto value = base::parse_json(event, "guard_event");
  if (!value || !value->is_object()) return;
  const auto& object = value->get_object();
  const auto at = base::parse_time(base::text_member(object, "at"));
  // "a.example, b.example": the first is whom people see.
  const auto authors = base::text_member(object, "author");
  const std::string author(base::trim(std::string_view(authors).substr(0, authors.find(','))));
  if (author.empty() || !at) return;
  auto& sum = sums[author];
  if (sum.messages++ == 0 || *at < sum.since) sum.since = *at;
  if (base::text_member(object, "answered") == "accept") ++sum.delivered;
}

base::Result<MostForged> read_forged(Bench& bench, base::Time since) {
  TRY(events_of(bench));
  std::map<std::string, Forged> sums;
  for (const auto cause : kForgedCauses) {
    const auto page = TRY(guard::list_events(
        bench.database(),
        {.cause = std::string(cause), .from = since, .scope = {}, .behind = {}, .most = kMostLooked}));
    for (const auto& event : page.events) add_forged(sums, event);
  }
  MostForged out(sums.begin(), sums.end());
  std::ranges::sort(out, [](const auto& a, const auto& b) {
    return std::pair(b.second.messages, std::string_view(a.first)) <
           std::pair(a.second.messages, std::string_view(b.first));
  });
  return out;
}

// The last sum, for all threads.
class ForgedShelf {
 public:
  base::Result<MostForged> get(Bench& bench, base::Time since, std::size_t most) {
    const std::lock_guard lock(mutex_);
    if (since - since_ > kForgedKept || since < since_) {
      kept_ = TRY(read_forged(bench, since));
      since_ = since;
    }
    auto out = kept_;
    if (out.size() > most) out.resize(most);
    return out;
  }

 private:
  std::mutex mutex_;
  base::Time since_{};  // both under the mutex
  MostForged kept_;
};

base::Result<std::string> mail_of_day(Call& call, const MailParts& mail, base::Time from, base::Time to) {
  TRY(events_of(call.bench()));
  const auto scope = scope_of(call, mail);
  if (!scope) return base::fail(base::ErrorKind::internal, scope.error().detail);
  guard::RateQuestion question{.span = guard::kHourSpan, .from = from, .to = to, .domains = {}};
  if (!scope->is_everything()) question.domains = scope->domains();
  const auto buckets = TRY(guard::read_rates(call.database(), question));
  const bool any = std::ranges::any_of(buckets, [](const auto& bucket) {
    return std::ranges::any_of(bucket.messages, [](std::uint64_t messages) { return messages != 0; });
  });
  const bool known =
      any || !TRY(guard::list_events(call.database(), {.scope = {}, .behind = {}, .most = 1})).events.empty();
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().member("from", base::format_time(buckets.empty() ? from : buckets.front().begun));
  json.member("to", base::format_time(to))
      .member("step_seconds", guard::kHourSpan.count())
      .member("known", known);
  write_nullable(json, "why", known ? "" : "no guard has written into this store");
  json.key("buckets").begin_array();
  for (const auto& bucket : buckets) {
    json.begin_object().member("at", base::format_time(bucket.begun));
    for (std::size_t i = 0; i < guard::kActionKinds; ++i)
      json.member(to_string(static_cast<guard::Action>(i)), bucket.messages[i]);
    json.end_object();
  }
  json.end_array().key("annotations").begin_array().end_array().end_object();
  return out;
}

}  // namespace

void tell_of_mail(AuditParts& audits, const MailParts& mail) {
  const auto shelf = std::make_shared<ForgedShelf>();  // shared by the threads that answer
  audits.most_forged = [shelf](Bench& bench, base::Time since, std::size_t most) {
    return shelf->get(bench, since, most);
  };
  audits.mail_of_day = [&mail](Call& call, base::Time from, base::Time to) {
    return mail_of_day(call, mail, from, to);
  };
}

}  // namespace rampart::server::api
