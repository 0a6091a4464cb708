#include "audit/watch/event.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/json.h"
#include "dns/domain.h"

namespace rampart::audit::watch {
namespace {

namespace json = boost::json;

constexpr std::string_view kSchema = "rampart.watch/1";

void write(base::JsonWriter& out, const Alert& alert) {
  out.begin_object().member("subject", to_string(alert.subject)).member("key", alert.key);
  out.member("what", to_string(alert.what)).member("seen", base::format_time(alert.seen));
  out.member("before_standing", to_string(alert.before_standing)).member("before", alert.before);
  out.member("after_standing", to_string(alert.after_standing)).member("after", alert.after);
  out.member("why", alert.why).member("looks", alert.looks).member("title", alert.title);
  out.member("severity", to_string(alert.severity));
  out.member("weakness", to_string(alert.weakness)).end_object();
}

template <class E>
std::optional<E> read_enum(std::string_view word, E last) {
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    if (word == to_string(static_cast<E>(i))) return static_cast<E>(i);
  }
  return std::nullopt;
}

std::optional<Alert> read_alert(const json::object& object) {
  const auto subject = read_enum(base::text_member(object, "subject"), Subject::finding);
  const auto what = read_enum(base::text_member(object, "what"), What::settled);
  const auto seen = base::parse_time(base::text_member(object, "seen"));
  const auto before = read_enum(base::text_member(object, "before_standing"), Standing::unknown);
  const auto after = read_enum(base::text_member(object, "after_standing"), Standing::unknown);
  const auto severity = parse_severity(base::text_member(object, "severity"));
  const auto weakness = read_enum(base::text_member(object, "weakness"), Weakness::wk7);
  const auto* looks = object.if_contains("looks");
  if (!subject || !what || !seen || !before || !after || !severity || !weakness || looks == nullptr ||
      !looks->is_int64() || looks->get_int64() < 0)
    return std::nullopt;
  return Alert{.subject = *subject,
               .key = base::text_member(object, "key"),
               .what = *what,
               .before_standing = *before,
               .after_standing = *after,
               .before = base::text_member(object, "before"),
               .after = base::text_member(object, "after"),
               .why = base::text_member(object, "why"),
               .looks = static_cast<unsigned>(looks->get_int64()),
               .title = base::text_member(object, "title"),
               .severity = *severity,
               .weakness = *weakness,
               .seen = *seen};
}

}  // namespace

std::string_view to_string(Language language) { return language == Language::ur ? "ur" : "en"; }

std::optional<Language> parse_language(std::string_view text) {
  if (text == "en") return Language::en;
  if (text == "ur") return Language::ur;
  return std::nullopt;
}

std::string to_json(const Look& look) {
  std::string text;
  base::JsonWriter out(text);
  out.begin_object().member("schema", kSchema).member("kind", "changes").member("id", look.id);
  out.member("at", base::format_time(look.at)).member("domain", look.domain.text());
  out.member("unicode", dns::display(look.domain)).member("organisation", look.organisation);
  out.member("grade_before", look.grade_before).member("grade", look.grade).key("alerts").begin_array();
  for (const auto& alert : look.alerts) write(out, alert);
  out.end_array().end_object();
  return text;
}

base::Result<Look> look_from_json(std::string_view text, std::string_view name) {
  const auto value = TRY(base::parse_json(text, name));
  const auto wrong = [&] {
    return base::fail(base::ErrorKind::input, "not an event as a watch writes it", std::string(name));
  };
  const auto* object = value.if_object();
  if (object == nullptr || base::text_member(*object, "schema") != kSchema) return wrong();
  Look look;
  look.id = base::text_member(*object, "id");
  const auto domain = dns::Name::parse(base::text_member(*object, "domain"));
  const auto at = base::parse_time(base::text_member(*object, "at"));
  const auto* alerts = object->if_contains("alerts");
  if (!domain || !at || alerts == nullptr || !alerts->is_array()) return wrong();
  look.domain = *domain;
  look.at = *at;
  look.organisation = base::text_member(*object, "organisation");
  look.grade_before = base::text_member(*object, "grade_before");
  look.grade = base::text_member(*object, "grade");
  for (const auto& item : alerts->get_array()) {
    auto alert = item.is_object() ? read_alert(item.get_object()) : std::nullopt;
    if (!alert) return wrong();
    look.alerts.push_back(std::move(*alert));
  }
  return look;
}

std::string to_json(const Trouble& trouble) {
  std::string text;
  base::JsonWriter out(text);
  out.begin_object().member("schema", kSchema).member("kind", "trouble").member("id", trouble.id);
  out.member("at", base::format_time(trouble.at)).member("trouble", trouble.code);
  out.member("over", trouble.over).member("what", trouble.what).end_object();
  return text;
}

}  // namespace rampart::audit::watch
