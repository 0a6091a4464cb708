#include "audit/watch/memory_json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/json.h"

namespace rampart::audit::watch {
namespace {

namespace json = boost::json;

constexpr int kVersion = 1;

std::int64_t number(base::Time time) { return time.time_since_epoch().count(); }
base::Time time_of(std::int64_t number) { return base::Time(std::chrono::seconds(number)); }

void write(base::JsonWriter& out, const Key& key, const Track& track) {
  out.begin_object();
  out.member("subject", to_string(key.subject)).member("key", key.name).member("told", to_string(track.told));
  if (!track.value.empty()) out.member("value", track.value);
  if (!track.title.empty()) out.member("title", track.title);
  if (track.severity != Severity::info) out.member("severity", to_string(track.severity));
  if (track.weakness != Weakness::none) out.member("weakness", static_cast<int>(track.weakness));
  if (track.event) out.member("event", true);
  if (track.pending) {
    out.key("pending").begin_object();
    out.member("standing", to_string(track.pending->standing)).member("value", track.pending->value);
    out.member("since", number(track.pending->since)).member("looks", track.pending->looks).end_object();
  }
  if (track.unknown_looks != 0) out.member("unknown_looks", track.unknown_looks);
  if (track.unknown_told) out.member("unknown_told", true);
  if (track.flapping) out.member("flapping", true);
  if (!track.changes.empty()) {
    out.key("changes").begin_array();
    for (const auto change : track.changes) out.value(number(change));
    out.end_array();
  }
  out.end_object();
}

// Reads members; the first that is not as it should be makes the whole wrong.
class Reader {
 public:
  explicit Reader(const json::object& object, bool& good) : object_(object), good_(good) {}

  std::string text(std::string_view name) {
    const auto* value = object_.if_contains(name);
    if (value == nullptr) return {};
    if (const auto* string = value->if_string()) return std::string(*string);
    good_ = false;
    return {};
  }
  std::int64_t integer(std::string_view name) {
    const auto* value = object_.if_contains(name);
    if (value == nullptr) return 0;
    if (const auto* number = value->if_int64()) return *number;
    good_ = false;
    return 0;
  }
  bool boolean(std::string_view name) {
    const auto* value = object_.if_contains(name);
    if (value == nullptr) return false;
    if (const auto* flag = value->if_bool()) return *flag;
    good_ = false;
    return false;
  }
  unsigned count(std::string_view name) {
    const auto value = integer(name);
    if (value < 0 || value > 1'000'000'000) good_ = false;
    return good_ ? static_cast<unsigned>(value) : 0;
  }
  Standing standing(std::string_view name) {
    const auto word = text(name);
    for (const auto standing : {Standing::absent, Standing::present, Standing::unknown})
      if (word == to_string(standing)) return standing;
    good_ = false;
    return Standing::unknown;
  }
  Subject subject(std::string_view name) {
    const auto word = text(name);
    for (const auto subject : {Subject::examination, Subject::record, Subject::finding})
      if (word == to_string(subject)) return subject;
    good_ = false;
    return Subject::record;
  }
  const json::array& array(std::string_view name) {
    static const json::array kNone;
    const auto* value = object_.if_contains(name);
    if (value == nullptr) return kNone;
    if (const auto* array = value->if_array()) return *array;
    good_ = false;
    return kNone;
  }
  const json::object* object(std::string_view name) {
    const auto* value = object_.if_contains(name);
    if (value == nullptr) return nullptr;
    if (value->if_object() == nullptr) good_ = false;
    return value->if_object();
  }

 private:
  const json::object& object_;
  bool& good_;
};

void read_track(const json::object& object, Memory& memory, bool& good) {
  Reader in(object, good);
  Track track;
  track.told = in.standing("told");
  track.value = in.text("value");
  track.title = in.text("title");
  if (const auto word = in.text("severity"); !word.empty()) {
    const auto severity = parse_severity(word);
    good = good && severity.has_value();
    track.severity = severity.value_or(Severity::info);
  }
  const auto weakness = in.count("weakness");
  good = good && weakness <= static_cast<unsigned>(Weakness::wk7);
  if (good) track.weakness = static_cast<Weakness>(weakness);
  if (const auto* pending = in.object("pending")) {
    Reader of(*pending, good);
    track.pending = Track::Pending{.standing = of.standing("standing"),
                                   .value = of.text("value"),
                                   .since = time_of(of.integer("since")),
                                   .looks = of.count("looks")};
  }
  track.event = in.boolean("event");
  track.unknown_looks = in.count("unknown_looks");
  track.unknown_told = in.boolean("unknown_told");
  track.flapping = in.boolean("flapping");
  good = good && (track.pending || !track.flapping);
  for (const auto& change : in.array("changes")) {
    good = good && change.is_int64();
    if (good) track.changes.push_back(time_of(change.get_int64()));
  }
  memory.tracks[Key{in.subject("subject"), in.text("key")}] = std::move(track);
}

}  // namespace

std::string to_json(const Memory& memory) {
  std::string text;
  base::JsonWriter out(text);
  out.begin_object();
  out.member("version", kVersion).member("baseline", memory.baseline);
  out.member("circumstances", memory.circumstances).member("grade", memory.grade);
  out.member_array("unsaid", memory.unsaid);
  out.key("tracks").begin_array();
  for (const auto& [key, track] : memory.tracks) write(out, key, track);
  out.end_array().end_object();
  return text;
}

base::Result<Memory> memory_from_json(std::string_view text, std::string_view name) {
  const auto value = TRY(base::parse_json(text, name));
  Memory memory;
  bool good = value.is_object();
  if (good) {
    Reader in(value.get_object(), good);
    good = in.integer("version") == kVersion && good;
    memory.baseline = in.boolean("baseline");
    memory.circumstances = in.text("circumstances");
    memory.grade = in.text("grade");
    for (const auto& start : in.array("unsaid")) {
      good = good && start.is_string();
      if (good) memory.unsaid.emplace_back(start.get_string());
    }
    for (const auto& track : in.array("tracks")) {
      good = good && track.is_object();
      if (good) read_track(track.get_object(), memory, good);
    }
  }
  if (!good) {
    return base::fail(
        base::ErrorKind::input, "what the store remembers of this domain is not as a watch writes it",
        std::string(name),
        "another version of rampart may have written it: use that one, or take a store of its own");
  }
  return memory;
}

}  // namespace rampart::audit::watch
