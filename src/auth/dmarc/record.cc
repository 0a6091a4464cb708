#include "auth/dmarc/record.h"

#include <array>

#include <fmt/format.h>

#include "auth/tags.h"
#include "base/text.h"

namespace rampart::dmarc {
namespace {

using auth::add_fault;
using auth::Gravity;
using auth::Tag;

constexpr std::string_view kFormat = "RFC 9989 section 4.7";
constexpr std::string_view kGrammar = "RFC 9989 section 4.8";
constexpr std::string_view kDiscovery = "RFC 9989 section 4.10.1";
constexpr std::size_t kShown = 40;  // bytes of a stranger's text in a sentence
constexpr std::array<std::string_view, 13> kTagNames = {"v", "p",   "sp",  "np",  "adkim", "aspf", "fo",
                                                        "t", "psd", "rua", "ruf", "pct",   "rf"};

std::string shown(std::string_view text) { return base::excerpt(text, kShown); }

// Reads one record's tags into its fields.
class Reader {
 public:
  explicit Reader(Record& record) : record_(record) {}

  void read(const std::vector<Tag>& tags) {
    for (std::size_t i = 0; i < tags.size(); ++i) read_tag(tags[i], i);
    if (tags.size() == auth::kMaxTags) {
      fault(Gravity::warning, "too-many-tags", fmt::format("only the first {} tags are read", auth::kMaxTags),
            kGrammar, tags.back().position);
    }
    judge();
  }

 private:
  void fault(Gravity gravity, std::string_view code, std::string text, std::string_view section,
             std::size_t position) {
    add_fault(record_.faults, gravity, code, std::move(text), section, position);
  }

  void read_tag(const Tag& tag, std::size_t index) {
    if (tag.name.empty()) return malformed(tag);
    const auto name = base::lower(tag.name);
    if (index == 0) return read_version(tag);
    if (std::find(seen_.begin(), seen_.end(), name) != seen_.end()) {
      fault(Gravity::error, "tag-duplicate",
            fmt::format("the tag {} stands more than once; the first one counts here, and receivers differ",
                        shown(tag.name)),
            "RFC 6376 section 3.2", tag.position);
      return;
    }
    seen_.push_back(name);
    if (name == "p") p_index_ = index;
    if (!read_policy(name, tag) && !read_option(name, tag) && !read_reporting(name, tag) &&
        !read_removed(name, tag)) {
      unknown(name, tag);
    } else if (name != tag.name) {
      fault(Gravity::warning, "tag-case",
            fmt::format("the tag {} is not in lower case; some receivers do not know it", shown(tag.name)),
            "RFC 6376 section 3.2", tag.position);
    }
  }

  void malformed(const Tag& tag) {
    const bool empty = tag.value.empty();
    // Two semicolons in a row harm nobody; words without '=' are usually a lost tag.
    fault(empty ? Gravity::note : Gravity::error, "tag-malformed",
          empty ? std::string("two semicolons with nothing between them")
                : fmt::format("\"{}\" is no tag=value and is dropped", shown(tag.value)),
          kGrammar, tag.position);
  }

  // is_record() has looked at the version itself; what stands behind it up to the semicolon is lost.
  void read_version(const Tag& tag) {
    seen_.emplace_back("v");
    if (tag.value == "DMARC1") return;
    fault(Gravity::error, "separator-missing",
          fmt::format("a semicolon is missing behind v=DMARC1, so \"{}\" is dropped",
                      shown(base::trim(tag.value.substr(std::string_view("DMARC1").size())))),
          kGrammar, tag.value_position);
  }

  bool read_policy(std::string_view name, const Tag& tag) {
    PolicyTag* target = name == "p"    ? &record_.p
                        : name == "sp" ? &record_.sp
                        : name == "np" ? &record_.np
                                       : nullptr;
    if (target == nullptr) return false;
    target->published = true;
    target->value = parse_policy(tag.value);
    // RFC 9989 section 4.10.1: an invalid one turns the whole record off, or into p=none; judge() says which.
    if (target->invalid()) {
      static constexpr std::array<std::string_view, 3> kPolicies = {"none", "quarantine", "reject"};
      const auto meant = base::nearest(base::lower(tag.value), kPolicies);
      fault(Gravity::fatal, "policy-invalid",
            fmt::format("{}={} is no policy{}", name, shown(tag.value),
                        meant.empty() ? "" : fmt::format(" (did you mean {}?)", meant)),
            kDiscovery, tag.position);
    }
    return true;
  }

  // Tags with a fixed set of one-letter values; another value leaves the default (section 4.8).
  bool read_option(std::string_view name, const Tag& tag) {
    const auto value = base::lower(tag.value);
    if (name == "adkim" || name == "aspf") {
      auto& mode = name == "adkim" ? record_.adkim : record_.aspf;
      if (value == "s") mode = Mode::strict;
      if (value != "s" && value != "r") invalid(tag, "r or s", "r");
      return true;
    }
    if (name == "t") {
      record_.test = value == "y";
      if (value != "y" && value != "n") invalid(tag, "y or n", "n");
      return true;
    }
    if (name == "psd") {
      record_.psd = value == "y" ? Psd::y : value == "n" ? Psd::n : Psd::u;
      if (value != "y" && value != "n" && value != "u") invalid(tag, "y, n or u", "u");
      return true;
    }
    return false;
  }

  void invalid(const Tag& tag, std::string_view allowed, std::string_view fallback) {
    fault(Gravity::error, "value-invalid",
          fmt::format("{}={} is neither {}; receivers take {}", base::lower(tag.name), shown(tag.value),
                      allowed, fallback),
          kGrammar, tag.position);
  }

  bool read_reporting(std::string_view name, const Tag& tag) {
    if (name == "rua" || name == "ruf") {
      (name == "rua" ? record_.rua_published : record_.ruf_published) = true;
      auto& uris = name == "rua" ? record_.rua : record_.ruf;
      if (tag.value.empty()) {
        fault(Gravity::error, "uri-none", fmt::format("{}= names no address", name), kFormat, tag.position);
      } else {
        uris = parse_uri_list(tag.value, tag.value_position, record_.faults);
      }
      return true;
    }
    if (name != "fo") return false;
    record_.fo_published = true;
    fo_position_ = tag.position;
    read_failure_options(tag);
    return true;
  }

  // dmarc-fo, RFC 9989 section 4.8: 0 or 1, d, s, each at most once; 0 and 1 exclude each other.
  void read_failure_options(const Tag& tag) {
    FailureOptions fo{.all_fail = false};
    bool ok = true;
    for (const auto part : base::split(tag.value, ':')) {
      const auto option = base::lower(base::trim(part));
      bool* target = option == "0"   ? &fo.all_fail
                     : option == "1" ? &fo.any_fails
                     : option == "d" ? &fo.dkim
                     : option == "s" ? &fo.spf
                                     : nullptr;
      if (target == nullptr || *target) {
        ok = false;
      } else {
        *target = true;
      }
    }
    if (ok && !(fo.all_fail && fo.any_fails)) {
      record_.fo = fo;
    } else {
      fault(Gravity::error, "value-invalid",
            fmt::format("fo={} is no list of 0 or 1, d and s, each once; receivers take 0", shown(tag.value)),
            kGrammar, tag.position);
    }
  }

  // pct, rf and ri are historic (RFC 9989 section 9.3): RFC 7489 receivers alone read them.
  bool read_removed(std::string_view name, const Tag& tag) {
    if (name != "pct" && name != "rf" && name != "ri") return false;
    record_.removed_tags.emplace_back(name);
    if (name != "pct") {
      fault(Gravity::note, "tag-removed",
            fmt::format("the tag {} is no longer part of DMARC and is ignored", name), "RFC 9989 section 9.3",
            tag.position);
      return true;
    }
    pct_position_ = tag.position;
    const auto number = base::parse_number(tag.value);
    if (number && *number <= 100) record_.pct = static_cast<unsigned>(*number);
    if (!record_.pct) {
      fault(Gravity::warning, "pct-invalid",
            fmt::format("pct={} is no number from 0 to 100", shown(tag.value)), "RFC 7489 section 6.3",
            tag.position);
    }
    return true;
  }

  void unknown(const std::string& name, const Tag& tag) {
    if (record_.unknown_tags.size() < auth::kMaxFaults) record_.unknown_tags.push_back(shown(tag.name));
    const auto meant = base::nearest(name, kTagNames);
    fault(Gravity::warning, "tag-unknown",
          fmt::format("the tag {} is unknown and ignored{}", shown(tag.name),
                      meant.empty() ? "" : fmt::format(" (did you mean {}?)", meant)),
          kFormat, tag.position);
  }

  // What only the whole record tells.
  void judge() {
    if (!record_.p.published) {
      const bool reports = any_valid(record_.rua);
      fault(reports ? Gravity::warning : Gravity::fatal, "policy-missing",
            reports ? "there is no p=; receivers act as if it were p=none"
                    : "there is neither p= nor a valid rua=; receivers apply no DMARC",
            kDiscovery, 0);
    } else if (p_index_ != 1) {
      fault(Gravity::note, "policy-not-second",
            "p= does not stand right behind v=DMARC1; strict RFC 7489 readers want it there",
            "RFC 7489 section 6.4", 0);
    }
    if (record_.fo_published && !record_.ruf_published) {
      fault(Gravity::warning, "fo-without-ruf", "fo= has no effect without ruf=", kFormat, fo_position_);
    }
    judge_pct();
  }

  void judge_pct() {
    // pct=0 beside t=y is how an owner tells old and new receivers the same (RFC 9989 appendix A.6).
    if (!record_.pct || (*record_.pct == 0 && record_.test)) return;
    const bool harmless = *record_.pct == 100;
    fault(harmless ? Gravity::note : Gravity::warning, "tag-removed",
          harmless ? std::string("the tag pct is no longer part of DMARC and is ignored")
                   : fmt::format(
                         "pct={} is no longer part of DMARC: current receivers apply the policy to all mail, "
                         "older ones to {} % of it",
                         *record_.pct, *record_.pct),
          "RFC 9989 section 9.3", pct_position_);
  }

  Record& record_;
  std::vector<std::string> seen_;
  std::size_t p_index_ = 0;
  std::size_t fo_position_ = 0;
  std::size_t pct_position_ = 0;
};

Use use_of(bool whole, const Record& record) {
  if (whole) return Use::as_published;
  return any_valid(record.rua) ? Use::as_none : Use::not_at_all;
}

std::string list_text(const std::vector<Uri>& uris) {
  std::string out;
  for (const auto& uri : uris) {
    if (!uri.valid) continue;
    if (!out.empty()) out += ',';
    out += uri.text;
  }
  return out;
}

std::string fo_text(const FailureOptions& fo) {
  std::string out;
  const auto add = [&out](bool set, char letter) {
    if (!set) return;
    if (!out.empty()) out += ':';
    out += letter;
  };
  add(fo.all_fail, '0');
  add(fo.any_fails, '1');
  add(fo.dkim, 'd');
  add(fo.spf, 's');
  return out;
}

}  // namespace

bool is_record(std::string_view txt) {
  std::size_t i = 0;
  const auto skip = [&] {
    while (i < txt.size() && base::is_wsp(txt[i])) ++i;
  };
  if (txt.empty() || base::to_lower(txt[0]) != 'v') return false;
  i = 1;
  skip();
  if (i == txt.size() || txt[i] != '=') return false;
  ++i;
  skip();
  constexpr std::string_view kVersion = "DMARC1";  // case-sensitive, RFC 9989 section 4.7 `v`
  if (txt.substr(i, kVersion.size()) != kVersion) return false;
  i += kVersion.size();
  return i == txt.size() || txt[i] == ';' || base::is_wsp(txt[i]);
}

bool is_near_record(std::string_view txt) {
  if (is_record(txt)) return false;
  const auto head = base::lower(txt.substr(0, 64));
  return head.find("dmarc") != std::string::npos && head.find('=') != std::string::npos;
}

Record parse(std::string_view txt) {
  Record record;
  record.text = txt;
  if (!is_record(txt)) {
    add_fault(record.faults, Gravity::fatal, "not-a-record",
              "the text does not begin with v=DMARC1; receivers ignore it", kFormat);
    return record;
  }
  Reader(record).read(auth::split_tags(txt));
  return record;
}

std::string format(const Record& record) {
  std::string out = "v=DMARC1";
  const auto add = [&out](bool when, std::string_view tag, std::string_view value) {
    if (when) out += fmt::format("; {}={}", tag, value);
  };
  const auto add_policy = [&](std::string_view tag, const PolicyTag& policy) {
    if (policy.value) add(true, tag, to_string(*policy.value));
  };
  add_policy("p", record.p);
  add_policy("sp", record.sp);
  add_policy("np", record.np);
  add(record.adkim == Mode::strict, "adkim", "s");
  add(record.aspf == Mode::strict, "aspf", "s");
  add(record.psd != Psd::u, "psd", record.psd == Psd::y ? "y" : "n");
  add(record.test, "t", "y");
  add(any_valid(record.rua), "rua", list_text(record.rua));
  add(any_valid(record.ruf), "ruf", list_text(record.ruf));
  const auto fo = fo_text(record.fo);
  add(any_valid(record.ruf) && fo != "0" && !fo.empty(), "fo", fo);
  return out;
}

Use usable(const Record& record) {
  return use_of(record.p.value && !record.sp.invalid() && !record.np.invalid(), record);
}

Use usable_7489(const Record& record) { return use_of(record.p.value && !record.sp.invalid(), record); }

std::string_view to_string(Policy policy) {
  switch (policy) {
    case Policy::none:
      return "none";
    case Policy::quarantine:
      return "quarantine";
    case Policy::reject:
      return "reject";
  }
  return "none";
}

std::string_view to_string(Mode mode) { return mode == Mode::strict ? "strict" : "relaxed"; }

std::optional<Policy> parse_policy(std::string_view text) {
  for (const auto policy : {Policy::none, Policy::quarantine, Policy::reject}) {
    if (base::iequals(text, to_string(policy))) return policy;
  }
  return std::nullopt;
}

}  // namespace rampart::dmarc
