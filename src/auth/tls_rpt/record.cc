#include "auth/tls_rpt/record.h"

#include <algorithm>

#include <fmt/format.h>

#include "auth/tags.h"
#include "base/text.h"

namespace rampart::tls_rpt {
namespace {

using auth::add_fault;
using auth::Gravity;

constexpr std::string_view kSection = "RFC 8460 section 3";
constexpr std::size_t kShown = 40;  // bytes of a stranger's text in a sentence

// DMARC's reader warns of every scheme but mailto:, and TLS reports go to https: as well. Others are invalid.
void read_uris(Record& record, const auth::Tag& tag) {
  std::vector<auth::Fault> faults;
  record.rua = dmarc::parse_uri_list(tag.value, tag.value_position, faults);
  for (auto& fault : faults) {
    if (fault.code == "uri-scheme") continue;
    fault.section = kSection;
    add_fault(record.faults, std::move(fault));
  }
  for (auto& uri : record.rua) {
    if (!uri.valid || uri.scheme == "mailto" || uri.scheme == "https") continue;
    uri.valid = false;
    add_fault(
        record.faults, Gravity::error, "uri-scheme",
        fmt::format("reports go to mailto: or https:, not to \"{}:\"", base::excerpt(uri.scheme, kShown)),
        kSection, uri.position);
  }
}

}  // namespace

bool is_record(std::string_view txt) {
  constexpr std::string_view kVersion = "v=TLSRPTv1";  // case-sensitive
  return txt.starts_with(kVersion) && base::trim(txt.substr(kVersion.size())).starts_with(';');
}

Record parse(std::string_view txt) {
  Record record;
  record.text = txt;
  if (!is_record(txt)) {
    add_fault(record.faults, Gravity::fatal, "not-a-record", "the text does not begin with \"v=TLSRPTv1;\"",
              kSection);
    return record;
  }
  bool seen = false;
  for (const auto& tag : auth::split_tags(txt)) {
    if (tag.name == "v") continue;
    if (tag.name == "rua" && !seen) {
      seen = true;
      read_uris(record, tag);
    } else {
      add_fault(
          record.faults, Gravity::note, "tag-unknown",
          fmt::format("\"{}\" is ignored", base::excerpt(tag.name.empty() ? tag.value : tag.name, kShown)),
          kSection, tag.position);
    }
  }
  if (!record.valid()) {
    add_fault(record.faults, Gravity::fatal, "rua-none",
              seen ? "rua= names no valid address" : "there is no rua=", kSection);
  }
  return record;
}

std::string format(const Record& record) {
  std::string list;
  for (const auto& uri : record.rua) {
    if (uri.valid) list += (list.empty() ? "" : ",") + uri.text;
  }
  return "v=TLSRPTv1; rua=" + list;
}

auth::SingleRecord look_up(const dns::Name& domain, facts::Facts& facts) {
  return auth::look_up_single(domain, "_smtp._tls", is_record, facts);
}

}  // namespace rampart::tls_rpt
