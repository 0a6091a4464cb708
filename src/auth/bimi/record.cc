#include "auth/bimi/record.h"

#include <algorithm>

#include <fmt/format.h>

#include "auth/tags.h"
#include "base/text.h"
#include "dns/name.h"

namespace rampart::bimi {
namespace {

using auth::add_fault;
using auth::Gravity;

constexpr std::string_view kSection = "BIMI draft section 4.2";
constexpr std::size_t kShown = 60;  // bytes of a stranger's text in a sentence

bool is_https(std::string_view text) {
  if (!base::istarts_with(text, "https://")) return false;
  const auto host = text.substr(8, text.find_first_of("/?#:", 8) - 8);
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
  return plain && dns::Name::try_parse(host).has_value();
}

void judge(Record& record, bool has_location) {
  record.declined = record.location.empty() && record.authority.empty();
  if (!has_location) add_fault(record.faults, Gravity::fatal, "location-missing", "there is no l=", kSection);
  if (record.location.empty() && !record.authority.empty()) {
    add_fault(record.faults, Gravity::fatal, "location-missing", "a= is there and l= is empty", kSection);
  }
  const auto check = [&](const std::string& uri, std::string_view tag, std::string_view code) {
    if (uri.empty() || is_https(uri)) return;
    add_fault(record.faults, Gravity::fatal, code,
              fmt::format("{}={} is no https: address", tag, base::excerpt(uri, kShown)), kSection);
  };
  check(record.location, "l", "location-invalid");
  check(record.authority, "a", "authority-invalid");
  const auto path = base::lower(record.location.substr(0, record.location.find_first_of("?#")));
  if (!path.empty() && !path.ends_with(".svg") && !path.ends_with(".svgz")) {
    add_fault(record.faults, Gravity::warning, "location-not-svg", "l= does not name an SVG file", kSection);
  }
}

}  // namespace

bool Record::valid() const {
  return std::none_of(faults.begin(), faults.end(),
                      [](const auth::Fault& fault) { return fault.gravity == Gravity::fatal; });
}

bool is_record(std::string_view txt) {
  constexpr std::string_view kVersion = "v=BIMI1";
  return base::istarts_with(txt, kVersion) && base::trim(txt.substr(kVersion.size())).starts_with(';');
}

Record parse(std::string_view txt) {
  Record record;
  record.text = txt;
  if (!is_record(txt)) {
    add_fault(record.faults, Gravity::fatal, "not-a-record", "the text does not begin with \"v=BIMI1;\"",
              kSection);
    return record;
  }
  bool has_location = false;
  for (const auto& tag : auth::split_tags(txt)) {
    const auto name = base::lower(tag.name);
    if (name == "l") {
      has_location = true;
      record.location = tag.value;
    } else if (name == "a") {
      record.authority = tag.value;
    } else if (name != "v" && name != "avp" && name != "lps") {
      add_fault(
          record.faults, Gravity::note, "tag-unknown",
          fmt::format("\"{}\" is ignored", base::excerpt(tag.name.empty() ? tag.value : tag.name, kShown)),
          kSection, tag.position);
    }
  }
  judge(record, has_location);
  return record;
}

std::string format(const Record& record) {
  return fmt::format("v=BIMI1; l={}; a={}", record.location, record.authority);
}

auth::SingleRecord look_up(const dns::Name& domain, facts::Facts& facts) {
  return auth::look_up_single(domain, "default._bimi", is_record, facts);
}

}  // namespace rampart::bimi
