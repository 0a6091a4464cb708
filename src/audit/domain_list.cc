#include "audit/domain_list.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "dns/domain.h"

namespace rampart::audit {
namespace {

constexpr std::size_t kShown = 60;  // bytes of a line in a message

// The delimiter with which the table's first row is a header; nothing when there is none.
std::optional<char> header_delimiter(TextInput& input, std::size_t line) {
  std::optional<char> best;
  std::size_t most = 0;
  for (const char delimiter : {';', ',', '\t', '|'}) {
    TableReader table(input, delimiter, line);
    if (table.peek() != TableReader::Got::row || !Columns::is_header(table.cells())) continue;
    if (table.cells().size() <= most) continue;
    most = table.cells().size();
    best = delimiter;
  }
  return best;
}

// The next line without its end, which is not taken; as much of it as was read when it is longer than `most`.
std::string_view peek_line(TextInput& input, std::size_t most) {
  for (;;) {
    const auto rest = input.rest();
    if (const auto end = rest.find('\n'); end != std::string_view::npos) return rest.substr(0, end);
    if (rest.size() > most || !input.more()) return input.rest();
  }
}

void take_line(TextInput& input, std::size_t size) { input.take(std::min(size + 1, input.rest().size())); }

// "sep=;", with which spreadsheets are told what divides the cells.
std::optional<char> told_delimiter(std::string_view line) {
  auto text = base::trim(line);
  if (text.size() > 1 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  if (text.size() != 5 || !base::istarts_with(text, "sep=")) return std::nullopt;
  return text[4];
}

std::string name_of(char delimiter) {
  switch (delimiter) {
    case ';':
      return "semicolons";
    case ',':
      return "commas";
    case '\t':
      return "tabs";
    default:
      return fmt::format("\"{}\"", delimiter);
  }
}

}  // namespace

base::Result<> DomainList::open(const std::string& path) {
  const auto add = [&](std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream, std::string name) {
    const int descriptor = fileno(stream.get());
    files_.push_back({.stream = std::move(stream), .name = std::move(name)});
    files_.back().input = std::make_unique<TextInput>(
        [descriptor](char* to, std::size_t size) { return ::read(descriptor, to, size); });
  };
  if (path == "-") {
    add({stdin, [](std::FILE*) { return 0; }}, "standard input");
    return {};
  }
  constexpr auto kHint = "--list takes a file with one domain a line, or a table with a header (CSV)";
  std::FILE* stream = std::fopen(path.c_str(), "re");
  if (stream == nullptr) return base::fail(base::ErrorKind::usage, std::strerror(errno), path, kHint);
  add({stream, std::fclose}, path);
  struct stat status{};
  if (fstat(fileno(stream), &status) != 0 || S_ISDIR(status.st_mode))
    return base::fail(base::ErrorKind::usage, "is a folder", path, kHint);
  if (S_ISREG(status.st_mode)) files_.back().size = static_cast<std::size_t>(status.st_size);
  return {};
}

void DomainList::add_text(std::string text, std::string name) {
  const auto size = text.size();
  files_.push_back({.stream = {nullptr, std::fclose}, .name = std::move(name), .size = size});
  files_.back().input = std::make_unique<TextInput>(
      [text = std::move(text), at = std::size_t{0}](char* to, std::size_t most) mutable {
        const auto count = text.copy(to, most, at);
        at += count;
        return static_cast<std::ptrdiff_t>(count);
      });
}

base::Result<std::optional<Entry>> DomainList::next() {
  TRY(begin());
  if (!column_.empty()) {
    if (given_ == grouped_.size()) return std::optional<Entry>();
    return std::optional(std::move(kept_[grouped_[given_++]].entry));
  }
  while (next_named_ < named_.size()) {
    const auto& name = named_[next_named_++];
    if (is_new(name)) return std::optional(with_details(name));
  }
  while (current_ < files_.size()) {
    auto& file = files_[current_];
    TRY(find_form(file));
    if (file.form != Form::table) {
      if (auto entry = TRY(read_name(file))) return entry;
    } else {
      while (file.given < file.kept.size()) {
        auto& kept = kept_[file.kept[file.given++]];
        if (is_new(kept.entry.domain)) return std::optional(std::move(kept.entry));
      }
    }
    ++current_;
  }
  return std::optional<Entry>();
}

// Tables that are files are read at once: what they say counts for domains that are named elsewhere.
base::Result<> DomainList::begin() {
  if (std::exchange(begun_, true)) return {};
  for (auto& file : files_) {
    if (file.size != 0) TRY(find_form(file));
  }
  return column_.empty() ? base::Result<>() : group();
}

base::Result<> DomainList::group() {
  for (const auto& name : named_) TRY(keep({.domain = name}, nullptr, 0));
  for (auto& file : files_) {
    TRY(find_form(file));
    while (file.form != Form::table) {
      auto entry = TRY(read_row(file));
      if (!entry) break;
      TRY(keep(std::move(*entry), &file, file.line - 1));
    }
  }
  std::map<std::string, std::size_t> counts;
  std::vector<const std::string*> values;
  values.reserve(kept_.size());
  for (std::uint32_t i = 0; i < kept_.size(); ++i) {
    const auto at = counts.try_emplace(value_of(kept_[i].entry, column_)).first;
    values.push_back(&at->first);
    grouped_.push_back(i);
    if (counts.size() > kMaxGroups)
      return base::fail(base::ErrorKind::input,
                        fmt::format("{} has more than {} values", column_, kMaxGroups), {},
                        "choose a column that groups more domains together");
  }
  if (counts.size() == 1 && counts.begin()->first.empty()) {
    return base::fail(base::ErrorKind::usage, fmt::format("no list says anything in a column {}", column_),
                      {}, "name a column of a list (--list FILE), such as organisation or sector");
  }
  std::ranges::sort(grouped_, [&](std::uint32_t a, std::uint32_t b) {
    const auto& left = *values[a];
    const auto& right = *values[b];
    if (left.empty() != right.empty()) return right.empty();
    return left != right ? left < right : a < b;
  });
  return {};
}

// Whether the list has a header, and with it all of its rows.
base::Result<> DomainList::find_form(File& file) {
  if (file.form != Form::unknown) return {};
  file.form = Form::plain;
  auto& input = *file.input;
  std::size_t skipped = 0;
  std::optional<char> delimiter;
  for (;;) {
    const auto line = peek_line(input, kMaxLine);
    const auto text = base::trim(line);
    const auto told = told_delimiter(line);
    if (told) delimiter = told;
    const bool skip = told || text.empty() || text.starts_with('#');
    if (!skip || input.rest().empty() || skipped > kMaxHeaderSkipped) break;
    skipped += line.size() + 1;
    take_line(input, line.size());
    ++file.line;
  }
  if (!delimiter) delimiter = header_delimiter(input, file.line);
  if (!delimiter) return {};
  file.table.emplace(input, *delimiter, file.line);
  file.columns = Columns::read(*file.table);
  if (!file.columns) {
    file.table.reset();
    return {};
  }
  const bool narrow = file.columns->only_domains();
  note(fmt::format("{}: read as a table, {}{}: {}", file.name, to_string(input.encoding()),
                   narrow ? "" : fmt::format(", {}", name_of(*delimiter)), file.columns->description()));
  file.form = narrow ? Form::names : Form::table;
  return narrow ? base::Result<>() : load(file);
}

base::Result<> DomainList::load(File& file) {
  while (auto entry = TRY(read_row(file))) TRY(keep(std::move(*entry), &file, file.table->row_line()));
  return {};
}

base::Result<> DomainList::keep(Entry entry, File* file, std::size_t line) {
  const auto [at, added] =
      places_.try_emplace(digest_of(entry.domain), static_cast<std::uint32_t>(kept_.size()));
  if (!added) {
    ++duplicates_;
    auto& kept = kept_[at->second];
    const auto domain = kept.entry.domain.text();
    const auto contradicts = [&](std::string_view column, std::string_view first, std::string_view second) {
      const auto where = [&](std::size_t in, std::size_t number) {
        return number == 0 ? std::string("the command line") : fmt::format("{}:{}", files_[in].name, number);
      };
      note(fmt::format("{}: {} of {} is \"{}\" here and \"{}\" in {}; {}",
                       file == nullptr ? "the command line" : fmt::format("{}:{}", file->name, line), column,
                       domain, base::excerpt(second, kShown), base::excerpt(first, kShown),
                       where(kept.file, kept.line),
                       column == "sends" ? "neither counts" : "the first counts"));
    };
    merge(kept.entry, std::move(entry), kept.sends_disputed, contradicts);
    return {};
  }
  if (kept_.size() == kMaxKept) {
    return base::fail(
        base::ErrorKind::input, fmt::format("more than {} domains", kMaxKept),
        file == nullptr ? "" : fmt::format("{}:{}", file->name, line),
        "divide the list; one with nothing but domains, and without --group-by, has no such limit");
  }
  const auto number = file == nullptr ? 0 : static_cast<std::uint32_t>(file - files_.data());
  if (file != nullptr && file->form == Form::table)
    file->kept.push_back(static_cast<std::uint32_t>(kept_.size()));
  kept_.push_back({.entry = std::move(entry), .file = number, .line = line});
  return {};
}

base::Result<std::optional<Entry>> DomainList::read_name(File& file) {
  while (auto entry = TRY(read_row(file))) {
    if (is_new(entry->domain)) return std::optional(with_details(entry->domain));
  }
  return std::optional<Entry>();
}

// A row or a line that names a domain.
base::Result<std::optional<Entry>> DomainList::read_row(File& file) {
  auto& input = *file.input;
  while (file.form == Form::plain) {
    const auto line = peek_line(input, kMaxLine);
    if (line.empty() && input.rest().empty()) break;
    ++file.line;
    if (line.size() > kMaxLine) {
      refuse({.where = fmt::format("{}:{}", file.name, file.line - 1),
              .text = std::string(line.substr(0, kShown)) + "…",
              .why = fmt::format("the line has more than {} bytes", kMaxLine),
              .hint = ""});
      auto rest = line.size();
      while (rest == input.rest().size()) {  // to its end, which may be far
        input.take(rest);
        if (!input.more()) break;
        rest = std::min(input.rest().find('\n'), input.rest().size());
      }
      take_line(input, rest);
      continue;
    }
    const auto name = parse_line(file, line);
    take_line(input, line.size());
    if (name) return std::optional(Entry{.domain = *name});
  }
  while (file.form != Form::plain) {
    const auto got = file.table->next();
    if (got == TableReader::Got::end) break;
    const auto where = [&](std::size_t line, std::size_t column) {
      return fmt::format("{}:{}:{}", file.name, line, column);
    };
    if (got == TableReader::Got::bad) {
      const auto& fault = file.table->fault();
      refuse({.where = where(fault.line, fault.column), .text = fault.text, .why = fault.what, .hint = {}});
      continue;
    }
    if (file.table->was_latin() && !std::exchange(file.latin_noted, true)) {
      note(fmt::format("{}:{}: this is no UTF-8, so it is read as Windows-1252, and so are other such rows",
                       file.name, file.table->row_line()));
    }
    auto entry = file.columns->entry(file.table->cells(), [&](Columns::Oddity oddity) {
      note(fmt::format("{}: {}", where(oddity.line, oddity.column), oddity.what));
    });
    if (!entry) {
      const auto& fault = entry.error();
      refuse({.where = where(fault.line, fault.column),
              .text = fault.text,
              .why = fault.why,
              .hint = fault.hint});
    } else if (*entry) {
      return std::move(*entry);
    }
  }
  if (input.failed()) return base::fail(base::ErrorKind::io, "cannot be read", file.name);
  return std::optional<Entry>();
}

std::optional<double> DomainList::fraction_read() const {
  double size = 0;
  double done = 0;
  for (const auto& file : files_) {
    if (file.size == 0) return std::nullopt;
    const auto whole = static_cast<double>(file.size);
    size += whole;
    done += file.form != Form::table ? static_cast<double>(file.input->bytes_read())
            : file.kept.empty()
                ? whole
                : whole * static_cast<double>(file.given) / static_cast<double>(file.kept.size());
  }
  if (size == 0) return std::nullopt;
  if (!grouped_.empty()) return static_cast<double>(given_) / static_cast<double>(grouped_.size());
  return std::min(1.0, done / size);
}

bool DomainList::ready() const {
  if (begun_ && !column_.empty()) return true;
  if (next_named_ < named_.size() || current_ == files_.size()) return true;
  const auto& file = files_[current_];
  if (file.size != 0 || !file.stream || file.form == Form::table || file.input->ended()) return true;
  if (file.input->rest().find('\n') != std::string_view::npos) return true;
  pollfd source{.fd = fileno(file.stream.get()), .events = POLLIN, .revents = 0};
  return ::poll(&source, 1, 0) != 0;
}

std::optional<dns::Name> DomainList::parse_line(const File& file, std::string_view line) {
  const auto text = base::trim(line.substr(0, line.find('#')));
  if (text.empty()) return std::nullopt;
  auto name = dns::parse_domain(text);
  if (name) return *name;
  auto hint = name.error().hint;
  if (hint.empty() && text.find_first_of(";,\t") != std::string_view::npos)
    hint = "a list with several columns begins with a header, such as domain;organisation";
  refuse({.where = fmt::format("{}:{}", file.name, file.line - 1),
          .text = std::string(text),
          .why = name.error().what,
          .hint = std::move(hint)});
  return std::nullopt;
}

Entry DomainList::with_details(const dns::Name& name) {
  if (!places_.empty()) {
    if (const auto found = places_.find(digest_of(name)); found != places_.end()) {
      auto entry = kept_[found->second].entry;
      return entry;
    }
  }
  return {.domain = name};
}

DomainList::Digest DomainList::digest_of(const dns::Name& name) {
  std::array<char, dns::kMaxWireName + 1>
      salted{};  // the second hash is of other bytes, so it is independent
  const auto wire = name.wire();
  std::ranges::copy(wire, salted.begin() + 1);
  return {dns::hash_bytes(wire), dns::hash_bytes({salted.data(), wire.size() + 1})};
}

bool DomainList::is_new(const dns::Name& name) {
  if (seen_.insert(digest_of(name)).second) return true;
  ++duplicates_;
  return false;
}

void DomainList::refuse(RefusedLine line) const {
  if (on_refused_) on_refused_(std::move(line));
}

void DomainList::note(std::string text) const {
  if (on_note_) on_note_(std::move(text));
}

}  // namespace rampart::audit
