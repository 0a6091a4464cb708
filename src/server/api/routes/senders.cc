// Who sends in the names of our domains, by what reports say; and what their owners say of it.
#include <algorithm>
#include <map>

#include "base/text.h"
#include "mail/providers/registry.h"
#include "reports/archive/archive.h"
#include "reports/archive/history.h"
#include "reports/sources/inventory.h"
#include "reports/sources/marks.h"
#include "reports/sources/page.h"
#include "server/api/routes/report_scope.h"
#include "server/reports/source_naming.h"

namespace rampart::server::api {
namespace {

// All our own.
constexpr std::size_t kMaxDomainsNamed =
    200;  // of which senders over all domains are found: those with most messages

// What the sources of a domain point into stays with them.
struct Named {
  std::unique_ptr<reports::Inventory> inventory;
  std::unique_ptr<std::vector<reports::Mark>> marks;
  std::vector<reports::MailSource> sources;
};

class Naming {
 public:
  static Got<Naming> open(Call& call, const Parts& parts) {
    TRY(open_archive(call));
    Naming out(call, days_of(call));
    const auto config = parts.config();
    out.registry_ = std::make_unique<mail::Registry>(TRY(read_registry(*config)));
    out.own_ = TRY(own_domains(*config));
    return out;
  }

  // Reports alone name them: DNS is not asked while somebody waits for a page.
  Got<Named> name(const dns::Name& domain) {
    auto store = TRY(reports::Marks::open(call_->database()));
    Named out;
    out.marks = std::make_unique<std::vector<reports::Mark>>(TRY(store.list(domain)));
    out.inventory = std::make_unique<reports::Inventory>(
        domain,
        TRY(reports::read_sightings(call_->database(), domain.text(), days_.from, days_.to,
                                    reports::kSourceBorders)),
        own_);
    out.sources = out.inventory->sources({.registry = registry_.get(), .marks = *out.marks});
    return out;
  }

  // The domains that the asker may see and that reports speak of, most messages first.
  Got<std::vector<dns::Name>> domains() {
    ReportScope scope(*call_);
    std::vector<dns::Name> out;
    for (const auto& one : TRY(reports::read_domains(call_->database(), days_.from, days_.to))) {
      if (out.size() == kMaxDomainsNamed) break;
      if (one.total.messages() == 0 || !TRY(scope.covers(one.domain))) continue;
      if (auto name = dns::Name::try_parse(one.domain)) out.push_back(*std::move(name));
    }
    return out;
  }

 private:
  Naming(Call& call, Days days) : call_(&call), days_(days) {}
  Call* call_;
  Days days_;
  std::unique_ptr<mail::Registry> registry_;  // it stays at one place, as sources point into it
  std::vector<dns::Name> own_;
};

// A source over many domains.
struct Sum {
  std::string id, name;
  reports::SourceKind kind = reports::SourceKind::unknown;
  reports::Confidence confidence = reports::Confidence::unknown;
  const mail::Provider* provider = nullptr;
  std::uint64_t messages = 0, fail = 0, domains = 0;
  std::int32_t first_day = 0, last_day = 0;
  reports::Trend trend = reports::Trend::steady;
  std::uint64_t most = 0;  // messages of the domain that the trend and the name are of

  void add(const reports::MailSource& source) {
    const auto count = source.tally.messages();
    if (domains++ == 0) first_day = source.first_day;
    first_day = std::min(first_day, source.first_day);
    last_day = std::max(last_day, source.last_day);
    messages += count;
    fail += source.tally.fail;
    if (count < most && !id.empty()) return;
    most = count;
    id = source.id;
    name = source.name;
    kind = source.kind;
    confidence = source.confidence;
    provider = source.provider;
    trend = source.trend;
  }
};

void write_sum(base::JsonWriter& json, const Sum& sum) {
  json.begin_object().member("id", sum.id).member("name", sum.name).member("kind", to_string(sum.kind));
  json.member("confidence", to_string(sum.confidence)).key("provider");
  if (sum.provider == nullptr) {
    json.null();
  } else {
    json.begin_object().member("id", sum.provider->id).member("name", sum.provider->name);
    json.member("kind", mail::to_string(sum.provider->kind)).end_object();
  }
  json.member("messages", sum.messages)
      .member("authenticated", sum.messages - std::min(sum.messages, sum.fail));
  json.member("fail", sum.fail).member("domains", sum.domains);
  json.member("first_day", day_text(sum.first_day)).member("last_day", day_text(sum.last_day));
  json.member("trend", to_string(sum.trend)).end_object();
}

Answer domains_senders(Call& call, const Parts& parts) {
  const auto found = TRY(find_domain(call));
  auto naming = TRY(Naming::open(call, parts));
  const auto named = TRY(naming.name(found.name));
  return reply_json(reports::format_sources_json({.inventory = named.inventory.get(),
                                                  .sources = named.sources,
                                                  .idle = reports::idle_marks(*named.marks, named.sources),
                                                  .notes = {},
                                                  .all = true}));
}

Answer senders_list(Call& call, const Parts& parts) {
  const auto from = TRY(call.page());
  auto naming = TRY(Naming::open(call, parts));
  std::map<std::string, Sum> sums;
  for (const auto& domain : TRY(naming.domains())) {
    for (const auto& source : TRY(naming.name(domain)).sources) sums[source.id].add(source);
  }
  const auto kind = call.maybe("kind");
  const auto text = base::lower(call.text("text"));
  std::vector<const Sum*> shown;
  for (const auto& [id, sum] : sums) {
    if (kind && *kind != to_string(sum.kind)) continue;
    if (!text.empty() && base::lower(sum.name).find(text) == std::string::npos &&
        base::lower(id).find(text) == std::string::npos)
      continue;
    shown.push_back(&sum);
  }
  const auto behind = [](const Sum& a, const Sum& b) {
    return std::pair(b.messages, std::string_view(a.id)) < std::pair(a.messages, std::string_view(b.id));
  };
  std::ranges::sort(shown, [&](const Sum* a, const Sum* b) { return behind(*a, *b); });
  auto begin = shown.begin();
  if (from.after) {
    // The one that ended the last page may have moved meanwhile: then it is gone on where it stands now.
    const auto last = std::ranges::find_if(shown, [&](const Sum* sum) { return sum->id == *from.after; });
    begin = last == shown.end() ? shown.end() : last + 1;
  }
  std::string items;
  std::size_t count = 0;
  const auto* last = shown.empty() ? nullptr : shown.front();
  for (; begin != shown.end() && count < from.limit; ++begin, ++count) {
    if (!items.empty()) items += ',';
    base::JsonWriter json(items);
    write_sum(json, **begin);
    last = *begin;
  }
  std::optional<std::string> next;
  if (begin != shown.end()) next = call.cursor(last->id);
  return reply_json(page_json(items, next, shown.size()));
}

// The source of the path: a slash in its id is written as ~ there, as what is %2F on the way is read differently by proxies.
std::string asked_sender(Call& call) {
  auto out = call.text("sender");
  std::ranges::replace(out, '~', '/');
  return out;
}

Answer senders_read(Call& call, const Parts& parts) {
  const auto id = asked_sender(call);
  auto naming = TRY(Naming::open(call, parts));
  Sum sum;
  std::string domains;
  std::string marks;
  for (const auto& domain : TRY(naming.domains())) {
    const auto named = TRY(naming.name(domain));
    for (const auto& source : named.sources) {
      if (source.id != id) continue;
      sum.add(source);
      if (!domains.empty()) domains += ',';
      base::JsonWriter json(domains);
      json.begin_object().member("domain", domain.text()).key("source");
      reports::write_source(json, source);
      json.end_object();
    }
    for (const auto& mark : *named.marks) {
      if (mark.subject.text() != id && "marked:" + mark.subject.text() != id) continue;
      if (!marks.empty()) marks += ',';
      base::JsonWriter json(marks);
      reports::write_mark(json, mark);
    }
  }
  if (sum.id.empty()) return std::unexpected(not_found("nothing came from such a sender"));
  std::string out;
  base::JsonWriter json(out);
  json.begin_object().key("sender");
  write_sum(json, sum);
  json.key("domains")
      .raw(fmt::format("[{}]", domains))
      .key("marks")
      .raw(fmt::format("[{}]", marks))
      .end_object();
  return reply_json(std::move(out));
}

Got<reports::MarkSubject> subject_of(Call& call) {
  return TRY(reports::parse_mark_subject(asked_sender(call)));
}

Answer senders_mark(Call& call) {
  const auto& body = call.body();
  const auto found = TRY(find_domain(call, base::text_member(body, "domain")));
  auto marks = TRY(reports::Marks::open(call.database()));
  reports::Mark mark{.domain = found.name,
                     .subject = TRY(subject_of(call)),
                     .name = base::text_member(body, "name"),
                     .reason = std::string(base::trim(base::text_member(body, "reason"))),
                     .who = call.who().name,
                     .made = call.now()};
  const auto kind = reports::parse_source_kind(base::text_member(body, "kind"));
  if (!kind) return std::unexpected(invalid("body.kind", "it is no kind of sender"));
  mark.kind = *kind;
  if (mark.reason.empty()) return std::unexpected(invalid("body.reason", "say why"));
  mark.number = TRY(marks.add(mark));
  call.told.object = mark.subject.text();
  call.told.organisation = found.standing.organisation;
  std::string out;
  base::JsonWriter json(out);
  reports::write_mark(json, mark);
  return reply_json(std::move(out));
}

Answer senders_unmark(Call& call) {
  const auto found = TRY(find_domain(call));
  const auto subject = TRY(subject_of(call));
  auto marks = TRY(reports::Marks::open(call.database()));
  for (const auto& mark : TRY(marks.list(found.name))) {
    if (mark.subject.text() != subject.text()) continue;
    TRY(marks.remove(mark.number, call.who().name, call.now()));
    call.told.object = subject.text();
    call.told.organisation = found.standing.organisation;
    return no_content();
  }
  return std::unexpected(not_found("nobody has marked it"));
}

}  // namespace

void add_senders(Handlers& handlers, const Parts& parts, const AuditParts&) {
  handlers.add("domains_senders", [parts](Call& call) { return domains_senders(call, parts); });
  handlers.add("senders_list", [parts](Call& call) { return senders_list(call, parts); });
  handlers.add("senders_read", [parts](Call& call) { return senders_read(call, parts); });
  handlers.add("senders_mark", senders_mark);
  handlers.add("senders_unmark", senders_unmark);
}

}  // namespace rampart::server::api
