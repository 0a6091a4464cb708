#include "audit/recording.h"

#include <algorithm>

#include "base/json.h"

namespace rampart::audit {
namespace {

namespace json = boost::json;

constexpr std::string_view kInputLabel = "_rampart-input";
constexpr std::string_view kRunLabel = "_rampart-run";
constexpr std::string_view kServer = "rampart audit --record";

facts::Fact keep(const dns::Name& name, base::Time now, std::string_view text) {
  return facts::AnswerBuilder(name, dns::RrType::txt)
      .set_seen(now)
      .set_server(kServer)
      .add_record(text, 0)
      .build();
}

std::optional<json::object> kept(const facts::Answer* answer) {
  if (answer == nullptr || answer->records().size() != 1 || answer->server() != kServer) return std::nullopt;
  auto value = base::parse_json(answer->data(answer->records()[0]), "recording");
  if (!value || !value->is_object()) return std::nullopt;
  return std::move(value->as_object());
}

std::vector<std::string> texts(const json::object& object, std::string_view key) {
  std::vector<std::string> out;
  const auto* found = object.if_contains(key);
  if (found == nullptr || !found->is_array()) return out;
  for (const auto& item : found->as_array()) {
    if (item.is_string()) out.emplace_back(item.as_string());
  }
  return out;
}

std::vector<dns::Name> names(const json::object& object, std::string_view key) {
  std::vector<dns::Name> out;
  for (const auto& text : texts(object, key)) {
    if (const auto name = dns::Name::try_parse(text)) out.push_back(*name);
  }
  return out;
}

bool flag(const json::object& object, std::string_view key) {
  const auto* found = object.if_contains(key);
  return found != nullptr && found->is_bool() && found->as_bool();
}

std::size_t number(const json::object& object, std::string_view key) {
  const auto* found = object.if_contains(key);
  return found != nullptr && found->is_int64()
             ? static_cast<std::size_t>(std::max<std::int64_t>(found->as_int64(), 0))
             : 0;
}

std::vector<KnownKey> known_keys(const json::object& object) {
  std::vector<KnownKey> out;
  const auto* found = object.if_contains("known_keys");
  if (found == nullptr || !found->is_array()) return out;
  for (const auto& item : found->as_array()) {
    if (!item.is_object()) continue;
    const auto& key = item.as_object();
    if (const auto first = base::parse_time(base::text_member(key, "first_seen")))
      out.push_back({base::text_member(key, "selector"), base::text_member(key, "fingerprint"), *first});
  }
  return out;
}

void write_said(base::JsonWriter& writer, const Entry& said) {
  writer.key("said")
      .begin_object()
      .member("organisation", said.organisation)
      .member("sector", said.sector)
      .member("contact", said.contact)
      .member("note", said.note)
      .key("tags")
      .begin_array();
  for (const auto& [name, value] : said.tags) writer.value(name).value(value);
  writer.end_array().end_object();
}

std::shared_ptr<const Entry> read_said(const json::object& object, const dns::Name& domain, Sends sends) {
  const auto* said = object.if_contains("said");
  if (said == nullptr || !said->is_object()) return nullptr;
  const auto& members = said->as_object();
  Entry entry{.domain = domain,
              .organisation = base::text_member(members, "organisation"),
              .sector = base::text_member(members, "sector"),
              .contact = base::text_member(members, "contact"),
              .sends = sends,
              .note = base::text_member(members, "note")};
  const auto tags = texts(members, "tags");
  for (std::size_t i = 0; i + 1 < tags.size(); i += 2) entry.tags.emplace_back(tags[i], tags[i + 1]);
  return std::make_shared<const Entry>(std::move(entry));  // shared as Input::said is
}

std::vector<std::string> texts_of(const std::vector<dns::Name>& names) {
  std::vector<std::string> out;
  out.reserve(names.size());
  for (const auto& name : names) out.push_back(name.text());
  return out;
}

}  // namespace

std::optional<facts::Fact> record_input(const Input& input, std::size_t number) {
  const auto name = input.domain.prepend(kInputLabel);
  if (!name) return std::nullopt;
  std::string text;
  base::JsonWriter writer(text);
  writer.begin_object()
      .member("number", number)
      .member_array("selectors", input.selectors)
      .member_array("zone_selectors", input.zone_selectors)
      .member_array("seen_selectors", input.seen_selectors)
      .member("zone_is_complete", input.zone_is_complete)
      .member_array("known_subdomains", texts_of(input.known_subdomains))
      .member_array("spf_subdomains", texts_of(input.spf_subdomains))
      .member("spf_subdomains_left_out", input.spf_subdomains_left_out)
      .member_array("spf_siblings", texts_of(input.spf_siblings))
      .member("spf_siblings_left_out", input.spf_siblings_left_out)
      .member_array("dmarc_subdomains", texts_of(input.dmarc_subdomains))
      .member("dmarc_subdomains_left_out", input.dmarc_subdomains_left_out)
      .member_array("block_lists", texts_of(input.block_lists))
      .member("probe_https", input.probe_https)
      .member("probe_smtp", input.probe_smtp);
  // Only with a store: the recordings of others stay as they were.
  if (!input.known_keys.empty()) {
    writer.key("known_keys").begin_array();
    for (const auto& key : input.known_keys) {
      writer.begin_object()
          .member("selector", key.selector)
          .member("fingerprint", key.fingerprint)
          .member("first_seen", base::format_time(key.first_seen))
          .end_object();
    }
    writer.end_array().member("max_key_age", input.max_key_age.count());
  }
  if (input.sends != Sends::unsaid) writer.member("sends", input.sends == Sends::yes);
  if (input.said) write_said(writer, *input.said);
  writer.end_object();
  return keep(*name, input.now, text);
}

facts::Fact record_run(const RunNotes& run, base::Time now) {
  std::string text;
  base::JsonWriter(text)
      .begin_object()
      .member_array("source", run.source)
      .member_array("notes", run.notes)
      .end_object();
  return keep(*dns::Name::try_parse(kRunLabel), now, text);
}

bool is_note(const facts::Fact& fact) {
  const auto* answer = std::get_if<facts::AnswerPtr>(&fact);
  return answer != nullptr && (*answer)->server() == kServer;
}

std::optional<Input> recorded_input(const facts::Book& book, const dns::Name& domain, base::Time now) {
  const auto name = domain.prepend(kInputLabel);
  if (!name) return std::nullopt;
  const auto object = kept(book.find(*name, dns::RrType::txt));
  if (!object) return std::nullopt;
  const auto* word = object->if_contains("sends");
  const auto sends = word == nullptr || !word->is_bool() ? Sends::unsaid
                     : word->as_bool()                   ? Sends::yes
                                                         : Sends::no;
  return Input{.domain = domain,
               .now = now,
               .selectors = texts(*object, "selectors"),
               .zone_selectors = texts(*object, "zone_selectors"),
               .seen_selectors = texts(*object, "seen_selectors"),
               .zone_is_complete = flag(*object, "zone_is_complete"),
               .known_subdomains = names(*object, "known_subdomains"),
               .spf_subdomains = names(*object, "spf_subdomains"),
               .spf_subdomains_left_out = number(*object, "spf_subdomains_left_out"),
               .spf_siblings = names(*object, "spf_siblings"),
               .spf_siblings_left_out = number(*object, "spf_siblings_left_out"),
               .dmarc_subdomains = names(*object, "dmarc_subdomains"),
               .dmarc_subdomains_left_out = number(*object, "dmarc_subdomains_left_out"),
               .block_lists = names(*object, "block_lists"),
               .known_keys = known_keys(*object),
               .max_key_age = std::chrono::seconds(number(*object, "max_key_age")),
               .probe_https = flag(*object, "probe_https"),
               .probe_smtp = flag(*object, "probe_smtp"),
               .sends = sends,
               .said = read_said(*object, domain, sends)};
}

std::vector<dns::Name> recorded_domains(const facts::Book& book) {
  std::vector<std::pair<std::uint64_t, dns::Name>> found;
  for (const auto& fact : book.sorted()) {
    const auto* answer = std::get_if<facts::AnswerPtr>(&fact);
    if (answer == nullptr || (*answer)->name().label(0) != kInputLabel) continue;
    const auto object = kept(answer->get());
    if (!object) continue;
    const auto* number = object->if_contains("number");
    const auto place =
        number != nullptr && number->is_int64() ? static_cast<std::uint64_t>(number->as_int64()) : 0;
    found.emplace_back(place, (*answer)->name().parent());
  }
  std::ranges::sort(found);
  std::vector<dns::Name> domains;
  domains.reserve(found.size());
  for (const auto& [place, name] : found) domains.push_back(name);
  return domains;
}

RunNotes recorded_run(const facts::Book& book) {
  const auto object = kept(book.find(*dns::Name::try_parse(kRunLabel), dns::RrType::txt));
  if (!object) return {};
  return {.source = texts(*object, "source"), .notes = texts(*object, "notes")};
}

}  // namespace rampart::audit
