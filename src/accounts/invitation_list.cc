#include "accounts/invitation_list.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "dns/domain.h"

namespace rampart::accounts {
namespace {

constexpr std::array<std::string_view, 5> kColumns{"address", "name", "role", "organisations", "language"};
constexpr std::array<std::string_view, 2> kLanguages{"en", "ur"};
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::size_t kMaxAddressBytes = 254;  // RFC 5321 section 4.5.3.1.3, without the brackets
constexpr std::size_t kMaxLocalPart = 64;      // section 4.5.3.1.1
constexpr std::size_t kMaxNameBytes = 100;
constexpr std::size_t kMaxFields = 20;
constexpr std::size_t kMostOrganisations = 100;  // of one account in a list

struct Field {
  std::string text;
  std::size_t line = 0;
  std::size_t column = 0;
};
struct Record {
  std::vector<Field> fields;
  std::size_t line = 0;
};

class Reader {
 public:
  Reader(std::string_view csv, InvitationList& out) : text_(csv), out_(out) {}

  // The next record; nothing at the end, or behind a fault that leaves unclear where records begin.
  std::optional<Record> next() {
    while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) step();
    if (at_ >= text_.size() || broken_) return std::nullopt;
    Record record{.fields = {}, .line = line_};
    for (;;) {
      if (record.fields.size() >= kMaxFields) {
        fault(line_, column_, "the line has too many fields");
        broken_ = true;
        return std::nullopt;
      }
      record.fields.push_back(field());
      if (broken_) return std::nullopt;
      if (at_ >= text_.size() || text_[at_] != ',') break;
      step();
    }
    return record;
  }

  void fault(std::size_t line, std::size_t column, std::string text) {
    if (out_.faults.size() < kMaxListFaults)
      out_.faults.push_back({.line = line, .column = column, .text = std::move(text)});
  }

 private:
  void step() {
    if (text_[at_] == '\n') {
      ++line_;
      column_ = 1;
    } else {
      ++column_;
    }
    ++at_;
  }
  [[nodiscard]] bool ends() const { return at_ >= text_.size() || text_[at_] == '\n' || text_[at_] == '\r'; }

  Field field() {
    Field out{.text = {}, .line = line_, .column = column_};
    if (at_ < text_.size() && text_[at_] == '"') return quoted(std::move(out));
    while (!ends() && text_[at_] != ',') {
      out.text += text_[at_];
      step();
    }
    return out;
  }

  Field quoted(Field out) {
    step();
    for (;;) {
      if (at_ >= text_.size()) {
        fault(out.line, out.column, "the quotation mark is never closed");
        broken_ = true;
        return out;
      }
      if (text_[at_] == '"') {
        step();
        if (at_ >= text_.size() || text_[at_] != '"') break;
      }
      out.text += text_[at_];
      step();
    }
    if (!ends() && text_[at_] != ',') {
      fault(line_, column_, "something stands behind the closing quotation mark");
      broken_ = true;
    }
    return out;
  }

  std::string_view text_;
  InvitationList& out_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t column_ = 1;
  bool broken_ = false;
};

// Which field of a record a column is.
std::optional<std::map<std::string_view, std::size_t>> header_of(Reader& reader, const Record& record) {
  std::map<std::string_view, std::size_t> out;
  bool good = true;
  for (std::size_t i = 0; i < record.fields.size(); ++i) {
    const auto word = base::lower(base::trim(record.fields[i].text));
    const auto found = std::ranges::find(kColumns, word);
    if (found == kColumns.end()) {
      const auto meant = base::nearest(word, kColumns);
      reader.fault(record.fields[i].line, record.fields[i].column,
                   fmt::format("there is no column \"{}\"{}", base::excerpt(word, 40),
                               meant.empty() ? std::string() : fmt::format("; did you mean {}?", meant)));
      good = false;
    } else if (!out.emplace(*found, i).second) {
      reader.fault(record.fields[i].line, record.fields[i].column,
                   fmt::format("the column {} is there twice", *found));
      good = false;
    }
  }
  for (const std::string_view needed : {"address", "role"})
    if (good && !out.contains(needed)) {
      reader.fault(record.line, 0, fmt::format("the first line has no column {}", needed));
      good = false;
    }
  if (!good) return std::nullopt;
  return out;
}

class Row {
 public:
  Row(Reader& reader, const Record& record, const std::map<std::string_view, std::size_t>& columns)
      : reader_(reader), record_(record), columns_(columns) {
    row_.line = record.line;
    if (record.fields.size() > columns.size())
      wrong_at(record.fields[columns.size()], "the line has more fields than the first one");
  }

  std::optional<Invitation> read() {
    const auto address = login_name(text("address"));
    if (!address)
      wrong("address", fmt::format("\"{}\" is no e-mail address", base::excerpt(text("address"), 60)));
    row_.address = address.value_or("");
    row_.name = base::trim(text("name"));
    if (row_.name.size() > kMaxNameBytes || base::printable(row_.name) != row_.name)
      wrong("name", fmt::format("a name has at most {} bytes, and no control characters", kMaxNameBytes));
    const auto role = parse_role(base::lower(text("role")));
    if (!role)
      wrong("role",
            fmt::format("\"{}\" is no role; they are owner, administrator, analyst, auditor, helpdesk",
                        base::excerpt(text("role"), 40)));
    row_.role = role.value_or(Role::helpdesk);
    organisations();
    if (!text("language").empty()) row_.language = base::lower(text("language"));
    if (!is_language(row_.language)) wrong("language", "the console speaks en and ur");
    if (!good_) return std::nullopt;
    return row_;
  }

 private:
  [[nodiscard]] const Field* field(std::string_view column) const {
    const auto found = columns_.find(column);
    return found == columns_.end() || found->second >= record_.fields.size() ? nullptr
                                                                             : &record_.fields[found->second];
  }
  [[nodiscard]] std::string_view text(std::string_view column) const {
    const auto* one = field(column);
    return one == nullptr ? std::string_view() : base::trim(one->text);
  }
  void wrong_at(const Field& where, std::string what) {
    good_ = false;
    reader_.fault(where.line, where.column, std::move(what));
  }
  void wrong(std::string_view column, std::string what) {
    if (const auto* one = field(column)) return wrong_at(*one, std::move(what));
    good_ = false;
    reader_.fault(record_.line, 0, std::move(what));
  }
  void organisations() {
    const auto all = text("organisations");
    if (all == "*") {
      row_.everything = true;
      return;
    }
    for (const auto one : base::split(all, ';')) {
      const auto name = base::trim(one);
      if (name.empty()) continue;
      if (name == "*") return wrong("organisations", "* stands alone");
      row_.organisations.emplace_back(name);
    }
    if (row_.organisations.size() > kMostOrganisations)
      wrong("organisations", "there are too many organisations");
    if (row_.organisations.empty()) wrong("organisations", "name at least one organisation, or * for all");
  }

  Reader& reader_;
  const Record& record_;
  const std::map<std::string_view, std::size_t>& columns_;
  Invitation row_;
  bool good_ = true;
};

}  // namespace

bool is_language(std::string_view text) { return std::ranges::find(kLanguages, text) != kLanguages.end(); }

std::optional<std::string> login_name(std::string_view typed) {
  const auto text = base::trim(typed);
  const auto at = text.find('@');
  if (text.size() > kMaxAddressBytes || at == 0 || at > kMaxLocalPart || at == std::string_view::npos ||
      text.find('@', at + 1) != std::string_view::npos || !base::is_utf8(text))
    return std::nullopt;
  constexpr std::string_view kNever = " \t\"(),:;<>[\\]!";
  const auto local = text.substr(0, at);
  if (local.find_first_of(kNever) != std::string_view::npos || base::printable(local) != local ||
      local.starts_with('.') || local.ends_with('.') || local.find("..") != std::string_view::npos)
    return std::nullopt;
  const auto domain = dns::parse_domain(text.substr(at + 1));
  if (!domain || domain->label_count() == 0) return std::nullopt;
  return base::lower(local) + '@' + domain->text();
}

InvitationList read_invitations(std::string_view csv) {
  InvitationList out;
  Reader reader(csv.starts_with(kByteOrderMark) ? csv.substr(kByteOrderMark.size()) : csv, out);
  if (csv.size() > kMaxListBytes) {
    reader.fault(0, 0, fmt::format("the list has more than {} bytes", kMaxListBytes));
    return out;
  }
  if (!base::is_utf8(csv)) {
    reader.fault(0, 0, "the list is not UTF-8; save it as \"CSV UTF-8\"");
    return out;
  }
  const auto first = reader.next();
  if (!first) {
    if (out.faults.empty()) reader.fault(1, 0, "the list is empty; its first line names the columns");
    return out;
  }
  const auto columns = header_of(reader, *first);
  if (!columns) return out;
  std::set<std::string> seen;
  std::size_t lines = 0;
  while (const auto record = reader.next()) {
    if (++lines > kMaxInvitations) {
      reader.fault(record->line, 0,
                   fmt::format("a list has at most {} people; make two of it", kMaxInvitations));
      break;
    }
    auto row = Row(reader, *record, *columns).read();
    if (!row) continue;
    if (!seen.insert(row->address).second) {
      reader.fault(record->line, 1, fmt::format("{} is in the list already", row->address));
      continue;
    }
    out.rows.push_back(*std::move(row));
  }
  if (lines == 0 && out.faults.empty()) reader.fault(first->line, 0, "the list names nobody");
  return out;
}

}  // namespace rampart::accounts
