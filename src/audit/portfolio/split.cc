#include "audit/portfolio/split.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "audit/format/csv.h"
#include "audit/format/html.h"
#include "audit/format/pieces.h"
#include "audit/format/words.h"
#include "base/text.h"
#include "crypto/digest.h"

namespace rampart::audit {
namespace {

constexpr std::size_t kMaxSlug = 40;  // characters; ours
constexpr std::size_t kHashShown =
    12;  // hex digits: two of a hundred thousand groups meet once in fifty thousand runs
constexpr std::string_view kMark = "\xef\xbb\xbf";  // spreadsheets take a CSV without it for Windows-1252

constexpr std::array kStatuses{Status::spoofable, Status::partly_protected, Status::protected_,
                               Status::unknown};

// Why two TXT records of one name can stand side by side: each purpose has its own.
std::string purpose_of(const Remedy& remedy) {
  if (remedy.type != dns::RrType::txt) return {};
  const auto end = std::min(remedy.data.find_first_of("; "), remedy.data.size());
  return base::lower(std::string_view(remedy.data).substr(0, end));
}

base::Result<> write_row(base::FolderFile& file, const std::vector<std::string>& cells) {
  std::string row;
  for (const auto& cell : cells) row += (row.empty() && &cell == cells.data() ? "" : ",") + csv_cell(cell);
  return file.write(row + "\r\n");
}

}  // namespace

std::string file_name_of(const Group& group) {
  std::string slug;
  for (const char c : base::lower(group.value)) {
    if (slug.size() == kMaxSlug) break;
    if (base::is_alnum(c)) {
      slug += c;
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  while (slug.ends_with('-')) slug.pop_back();
  if (group.value.empty()) slug = "not-said";
  if (slug.empty()) slug = "group";  // no Latin letter in it
  const auto hash = base::hex(crypto::sha256(join_pieces({base::lower(group.column), group.value})));
  return fmt::format("{}-{}", slug, std::string_view(hash).substr(0, kHashShown));
}

bool is_split_file(std::string_view name) {
  if (name == "index.csv" || name == "changes.csv") return true;
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return false;
  const auto ending = name.substr(dot);
  if (ending != ".html" && ending != ".csv" && ending != ".zone") return false;
  const auto stem = name.substr(0, dot);
  const auto dash = stem.rfind('-');
  const auto plain = [](char c) { return c == '-' || base::is_digit(c) || (c >= 'a' && c <= 'z'); };
  return dash != std::string_view::npos && stem.size() - dash == kHashShown + 1 &&
         stem.find_first_not_of("0123456789abcdef", dash + 1) == std::string_view::npos &&
         std::ranges::all_of(stem, plain);
}

std::string remedies_zone(const DomainReport& report) {
  struct Chosen {
    const Remedy* remedy;
    std::vector<std::string> codes;
    std::string others;
  };
  std::map<std::tuple<std::string, dns::RrType, std::string>, std::size_t> places;
  std::vector<Chosen> chosen;
  for (const auto& finding : report.findings) {
    if (finding.status != FindingStatus::present) continue;
    for (const auto& remedy : finding.remedies) {
      const auto [at, added] =
          places.try_emplace({remedy.name.text(), remedy.type, purpose_of(remedy)}, chosen.size());
      if (added) {
        chosen.push_back({.remedy = &remedy, .codes = {finding.code}, .others = {}});
        continue;
      }
      auto& first = chosen[at->second];
      if (first.remedy->data == remedy.data && first.remedy->action == remedy.action) {
        if (first.codes.back() != finding.code) first.codes.push_back(finding.code);
      } else {
        first.others +=
            fmt::format("; or, for {}: {} {}\n", finding.code, to_string(remedy.action), zone_line(remedy));
      }
    }
  }
  auto out =
      fmt::format("\n; {}: {}, grade {}\n", report.domain.text(), to_string(report.status), report.grade);
  if (chosen.empty()) return out + "; no record to publish is known: see the report, or rampart fix plan\n";
  for (const auto& [remedy, codes, others] : chosen) {
    const bool own = remedy->name.is_within(report.domain);
    out += fmt::format("; {}, for {}{}\n", to_string(remedy->action), fmt::join(codes, ", "),
                       own ? "" : "; not below this domain, so for whoever keeps that name");
    const bool live = own && remedy->action != Remedy::Action::remove;
    out += fmt::format("{}{}\n{}", live ? "" : "; ", zone_line(*remedy), others);
  }
  return out;
}

base::Result<std::unique_ptr<SplitWriter>> SplitWriter::open(const std::string& folder, std::string column) {
  auto writer = TRY(base::FolderWriter::open(folder, is_split_file));
  return std::unique_ptr<SplitWriter>(new SplitWriter(std::move(writer), std::move(column)));
}

base::Result<> SplitWriter::begin(const Run& run) {
  run_ = run;
  TRY(read_index());
  index_ = TRY(folder_.create("index.csv"));
  changes_ = TRY(folder_.create("changes.csv"));
  TRY(index_->write(kMark));
  std::vector<std::string> header{base::lower(column_), "file", "domains"};
  for (const auto status : kStatuses) header.emplace_back(to_string(status));
  for (unsigned i = 1; i <= 7; ++i) header.emplace_back(to_string(static_cast<Weakness>(i)));
  for (const auto* last : {"worst_effective", "worst_finding", "worst_domain", "audited"})
    header.emplace_back(last);
  TRY(write_row(*index_, header));
  if (same_run_) return copy_changes();
  TRY(changes_->write(kMark));
  return write_row(*changes_, {base::lower(column_), "domain", "change", "finding", "before", "after"});
}

// The files of the last run. Read before anything is audited, so that a folder that cannot be compared is known at once.
base::Result<> SplitWriter::read_index() {
  const auto path = folder_.old_folder() + "/index.csv";
  if (!folder_.had_old() || !open_input(path)) return {};
  bool known = false;
  const auto now = base::format_time(run_.now);
  TRY(read_rows(path, [&](const auto& row) {
    const auto file = row.find("file");
    const auto group = row.find(base::lower(column_));
    const auto audited = row.find("audited");
    if (file == row.end() || group == row.end()) return;
    known = true;
    if (!is_split_file(fmt::format("{}.csv", file->second))) return;  // no other name is opened below
    before_.emplace(file->second, unguarded(group->second));
    same_run_ = resumes_ && audited != row.end() && audited->second == now;
  }));
  first_run_ = !known;  // or one that was divided by another column
  return {};
}

base::Result<> SplitWriter::copy_changes() {
  auto input = TRY(open_input(folder_.old_folder() + "/changes.csv"));
  TRY(changes_->write(kMark));
  while (input.more()) {
    TRY(changes_->write(input.rest()));
    input.take(input.rest().size());
  }
  return {};
}

base::Result<> SplitWriter::begin_group(const Group& group) {
  ++groups_;
  file_ = file_name_of(group);
  if (!files_.insert(file_).second)
    return base::fail(base::ErrorKind::internal, "two groups have files of one name",
                      base::printable(group.value));
  now_.clear();
  page_ = TRY(folder_.create(file_ + ".html"));
  table_ = TRY(folder_.create(file_ + ".csv"));
  zone_ = TRY(folder_.create(file_ + ".zone"));
  html_ = make_html_writer([this](std::string_view text) { return page_->write(text); });
  csv_ = make_csv_writer([this](std::string_view text) { return table_->write(text); });
  TRY(html_->begin(run_));
  TRY(table_->write(kMark));
  TRY(csv_->begin(run_));
  return zone_->write(
      fmt::format("; {}\n; Records that mend what an audit of {} found; a record takes the place of the one "
                  "of its purpose,\n"
                  "; and other TXT records of its name stay. In which order to publish them says: rampart "
                  "fix plan DOMAIN\n",
                  name_of(group), base::format_time(run_.now)));
}

ReportWriter::Render SplitWriter::renderer() const {
  return [html = make_html_writer(nullptr)->renderer(),
          csv = make_csv_writer(nullptr)->renderer()](const DomainReport& report) {
    std::string_view code;
    std::string_view level;
    for (const auto& finding : report.findings) {  // the worst first
      if (finding.status != FindingStatus::present || !code.empty()) continue;
      code = finding.code;
      level = to_string(finding.effective);
    }
    return join_pieces(
        {html(report), csv(report), remedies_zone(report), pack_standing(report), level, code});
  };
}

base::Result<> SplitWriter::add_text(std::string_view text) {
  Pieces pieces(text);
  TRY(html_->add_text(pieces.next()));
  TRY(csv_->add_text(pieces.next()));
  TRY(zone_->write(pieces.next()));
  const auto standing = pieces.next();
  unpack_standing(standing, now_);
  const auto level = parse_severity(pieces.next());
  if (level && (!worst_level_ || *level > *worst_level_)) {
    worst_level_ = level;
    worst_code_ = pieces.next();
    worst_domain_ = Pieces(standing).next();
  }
  return {};
}

base::Result<> SplitWriter::end_group(const Group& group, const Summary& summary) {
  TRY(html_->end(summary, {}));
  TRY(csv_->end(summary, {}));
  for (auto* file : {&page_, &table_, &zone_}) {
    TRY((*file)->close());
    file->reset();
  }
  std::vector<std::string> row{group.value, file_, std::to_string(summary.domains())};
  for (const auto status : kStatuses) row.push_back(std::to_string(summary.with_status(status)));
  for (unsigned i = 1; i <= 7; ++i)
    row.push_back(std::to_string(summary.with_weakness(static_cast<Weakness>(i))));
  row.emplace_back(worst_level_ ? to_string(*worst_level_) : "");
  row.push_back(std::exchange(worst_code_, {}));
  row.push_back(std::exchange(worst_domain_, {}));
  worst_level_.reset();
  row.push_back(base::format_time(run_.now));
  TRY(write_row(*index_, row));
  return same_run_ ? base::Result<>() : compare(base::printable(group.value), file_);
}

// What differs from the group's CSV of the last run.
base::Result<> SplitWriter::compare(const std::string& group, const std::string& file) {
  before_.erase(file);
  if (first_run_) return {};  // where changes are counted from
  Standings before;
  if (const auto path = fmt::format("{}/{}.csv", folder_.old_folder(), file); open_input(path)) {
    auto read = read_standings(path);
    if (!read)
      return change({.group = group,
                     .domain = {},
                     .what = "not-known",
                     .finding = {},
                     .before = read.error().message(),
                     .after = {}});
    before = std::move(*read);
  }
  for (auto& item : changes_between(before, now_)) {
    item.group = group;
    TRY(change(item));
  }
  return {};
}

base::Result<> SplitWriter::change(const Change& change) {
  ++changed_;
  return write_row(*changes_,
                   {change.group, change.domain, change.what, change.finding, change.before, change.after});
}

base::Result<> SplitWriter::end(const Summary&, const Notes&) {
  now_.clear();
  const auto gone = std::exchange(before_, {});
  for (const auto& [file, group] : gone) {
    if (same_run_ || files_.contains(file)) continue;
    before_.emplace(file, group);
    TRY(compare(group, file));
  }
  TRY(index_->close());
  return changes_->close();
}

}  // namespace rampart::audit
