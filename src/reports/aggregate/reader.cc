#include "reports/aggregate/reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <vector>

#include <fmt/format.h>

#include "base/ip.h"
#include "base/text.h"
#include "reports/aggregate/tags.h"
#include "reports/aggregate/xml.h"
#include "reports/period.h"

namespace rampart::reports {
namespace {

constexpr std::size_t kMaxKnownAddresses = std::size_t{1} << 20U;  // that are remembered as they were written
constexpr std::size_t kMaxKnownAddress = 64;                       // bytes of one; IPv6 has at most 45

template <class T>
struct Word {
  std::string_view text;
  T value;
};
constexpr std::array kDispositions =
    std::to_array<Word<Disposition>>({{"none", Disposition::none},
                                      {"pass", Disposition::pass},
                                      {"quarantine", Disposition::quarantine},
                                      {"reject", Disposition::reject}});
constexpr std::array kAligned =
    std::to_array<Word<Aligned>>({{"pass", Aligned::pass}, {"fail", Aligned::fail}});
constexpr std::array kResults =
    std::to_array<Word<AuthResult>>({{"pass", AuthResult::pass},
                                     {"fail", AuthResult::fail},
                                     {"none", AuthResult::none},
                                     {"softfail", AuthResult::softfail},
                                     {"neutral", AuthResult::neutral},
                                     {"policy", AuthResult::policy},
                                     {"temperror", AuthResult::temperror},
                                     {"permerror", AuthResult::permerror},
                                     {"hardfail", AuthResult::fail},
                                     {"unknown", AuthResult::permerror},  // RFC 4408's words
                                     {"error", AuthResult::temperror}});
constexpr std::array kOverrides =
    std::to_array<Word<Override>>({{"local_policy", Override::local_policy},
                                   {"mailing_list", Override::mailing_list},
                                   {"other", Override::other},
                                   {"policy_test_mode", Override::policy_test_mode},
                                   {"trusted_forwarder", Override::trusted_forwarder},
                                   {"forwarded", Override::forwarded},
                                   {"sampled_out", Override::sampled_out}});

// A domain in lower case without a dot at its end; what is longer than a name is cut.
void assign_name(std::string& to, std::string_view from) {
  if (from.ends_with('.')) from.remove_suffix(1);
  to.assign(from.substr(0, kMaxName));
  for (auto& c : to) c = base::to_lower(c);
}

// In place: tabs and line ends are blanks.
std::string_view flat(std::string& text) {
  for (auto& c : text) c = c == '\t' || c == '\n' || c == '\r' ? ' ' : c;
  return base::trim(text);
}

// The value of the xmlns attribute that speaks of DMARC.
std::string_view name_space_of(std::string_view attributes) {
  std::string_view out;
  for (auto at = attributes.find("xmlns"); at != std::string_view::npos;
       at = attributes.find("xmlns", at + 1)) {
    const auto open = attributes.find_first_of("\"'", at);
    if (open == std::string_view::npos) break;
    const auto close = attributes.find(attributes[open], open + 1);
    if (close == std::string_view::npos) break;
    const auto value = attributes.substr(open + 1, close - open - 1);
    if (base::lower(value).find("dmarc") != std::string::npos) return value;
    at = close;
  }
  return out;
}

}  // namespace

class AggregateReader::Handler {
 public:
  explicit Handler(Texts& texts) : texts_(texts) {}

  void open(std::string_view name, std::string_view attributes) {
    const auto tag = tag_of(name);
    if (tag == Tag::feedback && report_.name_space.empty() && !attributes.empty())
      report_.name_space = base::printable(name_space_of(attributes).substr(0, kMaxValue));
    if (depth_ != 0) stack_[depth_ - 1].has_elements = true;
    if (depth_ == kMaxElementDepth) {
      ++beyond_;
      return;
    }
    stack_[depth_++] = {.tag = tag, .name = hash(name), .has_elements = false};
    value_.clear();
    begin(tag);
  }

  void close(std::string_view name) {
    if (beyond_ != 0) {
      --beyond_;
      return;
    }
    const auto id = hash(name);
    auto at = depth_;
    while (at != 0 && stack_[at - 1].name != id) --at;
    if (at == 0) return note(DefectKind::unclosed_element, name);
    if (at != depth_) note(DefectKind::unclosed_element, name);
    while (depth_ >= at) close_top();
  }

  void leaf(std::string_view name, const XmlText& text) {
    const auto tag = tag_of(name);
    if (depth_ != 0) stack_[depth_ - 1].has_elements = true;
    if (beyond_ != 0 || depth_ == kMaxElementDepth) return;
    if (!holds_elements(tag)) return take(tag, value_of(text));
    if (tag == Tag::dkim || tag == Tag::spf) {
      if (!in_results_) return take(tag, value_of(text));
    }
    if (tag == Tag::reason) return note(DefectKind::empty_reason, {});
    begin(tag);
    end(tag);
  }

  void text(const XmlText& text) {
    if (depth_ == 0 || beyond_ != 0) return;
    const auto tag = stack_[depth_ - 1].tag;
    if (tag == Tag::unknown ||
        (holds_elements(tag) && (in_results_ || (tag != Tag::dkim && tag != Tag::spf))))
      return;
    if (!decode(text, kMaxValue, value_, faults_)) note(DefectKind::too_long, {});
  }

  void note(DefectKind kind, std::string_view example) { defects_.note(kind, example); }

  base::Result<Report> finish(std::string_view file_name, base::Time now) {
    while (depth_ != 0) {
      const auto tag = stack_[depth_ - 1].tag;
      // A wrapper of another schema that is never closed takes nothing away.
      if (tag == Tag::unknown) {
        note(DefectKind::unclosed_element, {});
      } else {
        cut_ = true;
      }
      // What is not whole is not known: the rest of the row may have said another thing.
      if (in_record_ && tag != Tag::feedback && tag != Tag::unknown) in_record_ = false;
      close_top();
    }
    auto out = made(file_name, now);
    reset();
    return out;
  }

  void reset() {
    report_ = {};
    defects_ = {};
    depth_ = beyond_ = 0;
    in_record_ = in_results_ = false;
    seen_feedback_ = cut_ = too_long_ = false;
    begin_.reset();
    end_.reset();
    scanner_ = {};
    faults_ = {};
  }

  XmlScanner& scanner() { return scanner_; }

 private:
  struct Frame {
    Tag tag = Tag::unknown;
    std::uint64_t name = 0;
    bool has_elements = false;
  };

  // Of a name, to find its end: as long as its first bytes and its length are the same it is the same.
  static std::uint64_t hash(std::string_view name) {
    std::uint64_t out = 0;
    if (!name.empty()) std::memcpy(&out, name.data(), std::min(name.size(), sizeof out));
    return out ^ name.size() << 56U;
  }

  std::string_view value_of(const XmlText& text) {
    if (text.plain()) {
      auto out = base::trim(text.raw);
      if (out.size() <= kMaxValue) return out;
      note(DefectKind::too_long, {});
      return out.substr(0, kMaxValue);
    }
    value_.clear();
    if (!decode(text, kMaxValue, value_, faults_)) note(DefectKind::too_long, {});
    return flat(value_);
  }

  void close_top() {
    const auto frame = stack_[--depth_];
    const bool is_value =
        !holds_elements(frame.tag) || ((frame.tag == Tag::dkim || frame.tag == Tag::spf) && !in_results_);
    if (is_value) {
      if (frame.tag != Tag::unknown && !frame.has_elements) take(frame.tag, flat(value_));
      value_.clear();
    } else {
      end(frame.tag);
    }
  }

  void begin(Tag tag) {
    switch (tag) {
      case Tag::feedback:
        seen_feedback_ = true;
        break;
      case Tag::record:
        if (in_record_) {  // the one before did not end
          note(DefectKind::unclosed_element, "record");
          end_record();
        }
        begin_record();
        break;
      case Tag::auth_results:
        in_results_ = true;
        has_results_ = true;
        break;
      case Tag::dkim:
      case Tag::spf:
        seen_domain_.clear();
        selector_.clear();
        result_ = AuthResult::unknown;
        helo_ = false;
        break;
      case Tag::reason:
        reason_ = Override::unknown;
        has_reason_ = false;
        comment_.clear();
        break;
      default:
        break;
    }
  }

  void end(Tag tag) {
    switch (tag) {
      case Tag::record:
        if (in_record_) end_record();
        break;
      case Tag::auth_results:
        in_results_ = false;
        break;
      case Tag::dkim:
        if (in_results_) add_dkim();
        break;
      case Tag::spf:
        if (in_results_) add_spf();
        break;
      case Tag::reason:
        add_reason();
        break;
      default:
        break;
    }
  }

  void begin_record() {
    in_record_ = true;
    in_results_ = has_results_ = false;
    dkim_count_ = spf_count_ = reasons_ = 0;
    address_.reset();
    count_.reset();
    head_ = {};
    header_from_.clear();
    envelope_from_.clear();
    envelope_to_.clear();
    outcome_.clear();
  }

  void end_record() {
    in_record_ = false;
    in_results_ = false;
    ++report_.records;
    if (report_.rows.size() == kMaxRows) return note(DefectKind::too_many, "rows");
    if (report_.rows.empty()) texts_before_ = texts_.bytes();
    if (texts_.bytes() - texts_before_ > kMaxReportTexts) {
      too_long_ = true;
      return;
    }
    if (!address_) note(DefectKind::no_address, {});
    if (!count_) note(DefectKind::no_count, {});
    if (header_from_.empty()) note(DefectKind::no_header_from, {});
    if (!has_results_ || dkim_count_ + spf_count_ == 0) note(DefectKind::no_results, {});
    head_.header_from = header_from_;
    head_.envelope_from = envelope_from_;
    head_.envelope_to = envelope_to_;
    report_.rows.push_back({.address = address_ ? *address_ : texts_.add({}),
                            .outcome = texts_.add(outcome_.text(head_)),
                            .count = count_.value_or(0)});
  }

  void add_dkim() {
    if (seen_domain_.empty() && selector_.empty() && result_ == AuthResult::unknown) return;
    if (++dkim_count_ > kMaxDkimSeen || outcome_.bytes() > kMaxOutcomeText)
      return note(DefectKind::too_many, "signatures of a row");
    outcome_.add_dkim(seen_domain_, selector_, result_);
  }
  void add_spf() {
    if (seen_domain_.empty() && result_ == AuthResult::unknown) return;
    if (++spf_count_ > kMaxSpfSeen || outcome_.bytes() > kMaxOutcomeText)
      return note(DefectKind::too_many, "SPF results of a row");
    outcome_.add_spf(seen_domain_, helo_, result_);
  }
  void add_reason() {
    if (!has_reason_ && comment_.empty()) return note(DefectKind::empty_reason, {});
    if (++reasons_ > kMaxReasons || outcome_.bytes() > kMaxOutcomeText)
      return note(DefectKind::too_many, "reasons of a row");
    outcome_.add_reason(reason_, comment_);
  }

  void take(Tag tag, std::string_view value) {
    if (in_record_) {
      take_of_row(tag, value);
    } else {
      take_of_head(tag, value);
    }
  }

  void take_of_row(Tag tag, std::string_view value) {
    switch (tag) {
      case Tag::source_ip:
        address_ = address_of(value);
        break;
      case Tag::count:
        count_ = count_of(value);
        break;
      case Tag::disposition:
        head_.disposition = word(kDispositions, value, Disposition::unknown);
        break;
      case Tag::dkim:
        head_.dkim = word(kAligned, value, Aligned::unknown);
        break;
      case Tag::spf:
        head_.spf = word(kAligned, value, Aligned::unknown);
        break;
      case Tag::type:
        has_reason_ = !value.empty();
        if (has_reason_) reason_ = word(kOverrides, value, Override::unknown);
        break;
      case Tag::comment:
        comment_.assign(cut(value, kMaxComment));
        break;
      case Tag::header_from:
        take_name(header_from_, value);
        break;
      case Tag::envelope_from:
        take_name(envelope_from_, value);
        break;
      case Tag::envelope_to:
        take_name(envelope_to_, value);
        break;
      case Tag::domain:
        take_name(seen_domain_, value);
        break;
      case Tag::selector:
        selector_.assign(cut(value, kMaxSelector));
        break;
      case Tag::result:
        if (value == "hardfail") note(DefectKind::hardfail, {});
        if (!value.empty()) result_ = word(kResults, value, AuthResult::unknown);
        break;
      case Tag::scope:
        helo_ = base::iequals(value, "helo");
        break;
      default:
        break;
    }
  }

  void take_of_head(Tag tag, std::string_view value) {
    if (value.empty()) return;
    switch (tag) {
      case Tag::version:
        report_.version = value;
        break;
      case Tag::org_name:
        report_.organisation = value;
        break;
      case Tag::email:
        report_.email = value;
        break;
      case Tag::extra_contact_info:
        report_.contact = value;
        break;
      case Tag::report_id:
        report_.report_id = value;
        break;
      case Tag::generator:
        report_.generator = value;
        break;
      case Tag::error:
        if (report_.errors.size() < kMaxErrors) report_.errors.emplace_back(value);
        break;
      case Tag::begin:
        begin_ = time_of(value);
        break;
      case Tag::end:
        end_ = time_of(value);
        break;
      default:
        take_of_policy(tag, value);
    }
  }

  void take_of_policy(Tag tag, std::string_view value) {
    auto& policy = report_.policy;
    switch (tag) {
      case Tag::domain:
        take_name(policy.domain, value);
        break;
      case Tag::p:
        policy.p = value;
        break;
      case Tag::sp:
        policy.sp = value;
        break;
      case Tag::np:
        policy.np = value;
        break;
      case Tag::adkim:
        policy.adkim = value;
        break;
      case Tag::aspf:
        policy.aspf = value;
        break;
      case Tag::pct:
        policy.pct = value;
        break;
      case Tag::fo:
        policy.fo = value;
        break;
      case Tag::testing:
        policy.testing = value;
        break;
      case Tag::discovery_method:
        policy.discovery_method = value;
        break;
      default:
        break;
    }
  }

  void take_name(std::string& to, std::string_view value) {
    if (value.size() > kMaxName + 1) note(DefectKind::too_long, value);
    assign_name(to, value);
    // A character that was cut.
    while (value.size() > kMaxName && !base::is_utf8(to)) to.pop_back();
  }

  std::string_view cut(std::string_view value, std::size_t limit) {
    if (value.size() <= limit) return value;
    note(DefectKind::too_long, value);
    value = value.substr(0, limit);
    while (!value.empty() && !base::is_utf8(value)) value.remove_suffix(1);
    return value;
  }

  template <class T, std::size_t N>
  T word(const std::array<Word<T>, N>& words, std::string_view value, T otherwise) {
    for (const auto& one : words) {
      if (one.text == value) return one.value;
    }
    for (const auto& one : words) {
      if (!base::iequals(one.text, value)) continue;
      note(DefectKind::upper_case, value);
      return one.value;
    }
    if (!value.empty()) note(DefectKind::unknown_value, value);
    return otherwise;
  }

  // The text of an address that means the same, by the text that was seen.
  std::optional<TextId> address_of(std::string_view value) {
    if (value.empty()) return std::nullopt;
    if (value.size() > kMaxKnownAddress) {
      note(DefectKind::bad_address, value);
      return texts_.add({});
    }
    const auto seen = addresses_.add(value);
    if (seen < known_.size()) {
      if (!known_[seen]) note(DefectKind::bad_address, value);
      return texts_.add(known_[seen] ? std::string_view(*known_[seen]) : std::string_view());
    }
    const auto address = base::IpAddress::parse(value);
    if (!address) note(DefectKind::bad_address, value);
    known_.push_back(address ? std::optional(address->unmapped().text()) : std::nullopt);
    const auto out = texts_.add(known_.back() ? std::string_view(*known_.back()) : std::string_view());
    if (known_.size() == kMaxKnownAddresses) {
      addresses_.clear();
      known_.clear();
    }
    return out;
  }

  std::optional<std::uint64_t> count_of(std::string_view value) {
    if (value.empty()) return std::nullopt;
    const auto number = base::parse_number(value);
    if (number && *number <= kMaxCount) return number;
    note(DefectKind::bad_count, value);
    // Too large, not a number, or below zero.
    const bool digits = std::ranges::all_of(value, base::is_digit);
    return digits ? kMaxCount : 0;
  }

  std::optional<std::int64_t> time_of(std::string_view value) {
    // Some write 1764028800.0.
    const auto number = base::parse_number(value.substr(0, value.find('.')));
    if (!number || *number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      note(DefectKind::bad_period, value);
      return std::nullopt;
    }
    auto out = static_cast<std::int64_t>(*number);
    if (out >= kMillisecondsFrom) {
      note(DefectKind::bad_period, value);
      out /= 1000;
    }
    return out;
  }

  base::Result<Report> made(std::string_view file_name, base::Time now) {
    const auto refuse = [](std::string why) { return base::fail(base::ErrorKind::input, std::move(why)); };
    auto& report = report_;
    const bool nothing = report.rows.empty() && report.policy.domain.empty() && report.report_id.empty();
    if (nothing && (cut_ || scanner_.faults().cut_short))
      return refuse("it is truncated: it ends before the report says anything");
    if (nothing)
      return refuse(seen_feedback_ ? "the report is empty"
                                   : "there is no DMARC report in it: no element is named feedback");
    if (too_long_) return refuse(fmt::format("its texts have more than {} MiB", kMaxReportTexts >> 20U));
    note_faults();
    if (report.organisation.empty()) {
      note(DefectKind::no_organisation, {});
      report.organisation = report.email.substr(report.email.rfind('@') + 1);
    }
    if (report.report_id.empty()) note(DefectKind::no_report_id, {});
    TRY(settle_domain());
    const auto period = TRY(settle_period(begin_, end_, file_name, now, defects_));
    report.begin = period.begin;
    report.end = period.end;
    merge_rows();
    report.defects = defects_.take();
    return std::move(report);
  }

  void note_faults() {
    const auto& markup = scanner_.faults();
    if (markup.stray_markup) note(DefectKind::stray_markup, {});
    if (markup.bad_utf8 || faults_.bad_utf8) note(DefectKind::bad_text, {});
    if (markup.unknown_entity || faults_.unknown_entity) note(DefectKind::unknown_entity, {});
    if (markup.cut_short || cut_) note(DefectKind::cut_short, {});
  }

  base::Result<> settle_domain() {
    if (!report_.policy.domain.empty()) return {};
    note(DefectKind::no_domain, {});
    if (!report_.rows.empty()) {
      if (const auto outcome = parse_outcome(texts_[report_.rows.front().outcome]))
        report_.policy.domain = outcome->header_from;
    }
    if (report_.policy.domain.empty())
      return base::fail(base::ErrorKind::input, "it does not say of which domain it speaks");
    return {};
  }

  void merge_rows() {
    auto& rows = report_.rows;
    std::ranges::sort(rows, {},
                      [](const Row& row) { return std::uint64_t{row.address} << 32U | row.outcome; });
    std::size_t kept = 0;
    for (std::size_t i = 1; i < rows.size(); ++i) {
      if (rows[i].address == rows[kept].address && rows[i].outcome == rows[kept].outcome) {
        rows[kept].count = std::min(rows[kept].count + rows[i].count, kMaxCount);
      } else {
        rows[++kept] = rows[i];
      }
    }
    if (!rows.empty()) rows.resize(kept + 1);
  }

  Texts& texts_;
  XmlScanner scanner_;
  XmlFaults faults_;
  Report report_;
  DefectNotes defects_;

  std::array<Frame, kMaxElementDepth> stack_;
  std::size_t depth_ = 0;
  std::size_t beyond_ = 0;  // elements that are open below the deepest
  std::string value_;       // of the element that is open
  bool seen_feedback_ = false;
  bool cut_ = false;
  bool too_long_ = false;
  std::size_t texts_before_ = 0;  // bytes of texts that others have, before the first row
  std::optional<std::int64_t> begin_;
  std::optional<std::int64_t> end_;

  // Of the row.
  bool in_record_ = false;
  bool in_results_ = false;
  bool has_results_ = false;
  std::size_t dkim_count_ = 0;
  std::size_t spf_count_ = 0;
  std::size_t reasons_ = 0;
  std::optional<TextId> address_;
  std::optional<std::uint64_t> count_;
  OutcomeText outcome_;
  OutcomeText::Head head_;
  std::string header_from_;
  std::string envelope_from_;
  std::string envelope_to_;
  // Of its results and reasons.
  std::string seen_domain_;
  std::string selector_;
  AuthResult result_ = AuthResult::unknown;
  bool helo_ = false;
  Override reason_ = Override::unknown;
  bool has_reason_ = false;
  std::string comment_;

  Texts addresses_;  // as they were written
  std::vector<std::optional<std::string>> known_;
};

AggregateReader::AggregateReader(Texts& texts) : handler_(std::make_unique<Handler>(texts)) {}
AggregateReader::~AggregateReader() = default;

std::size_t AggregateReader::read(std::string_view window, bool last) {
  return handler_->scanner().scan(window, last, *handler_);
}

base::Result<Report> AggregateReader::finish(std::string_view file_name, base::Time now) {
  return handler_->finish(file_name, now);
}

void AggregateReader::drop() { handler_->reset(); }

base::Result<Report> read_aggregate(std::string_view xml, std::string_view file_name, base::Time now,
                                    Texts& texts) {
  AggregateReader reader(texts);
  (void)reader.read(xml, true);
  return reader.finish(file_name, now);
}

}  // namespace rampart::reports
