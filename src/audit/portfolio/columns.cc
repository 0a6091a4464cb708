#include "audit/portfolio/columns.h"

#include <algorithm>

#include <fmt/format.h>

#include "audit/selectors.h"
#include "base/text.h"
#include "dns/domain.h"

namespace rampart::audit {
namespace {

using Kind = Columns::Kind;

constexpr std::size_t kShown = 60;  // bytes of a cell in a message

struct Spelling {
  std::string_view text;  // lower case, without spaces, hyphens and underscores
  Kind kind;
};
constexpr Spelling kSpellings[] = {
    {"domain", Kind::domain},
    {"domains", Kind::domain},
    {"domainname", Kind::domain},
    {"domainnames", Kind::domain},
    {"organisation", Kind::organisation},
    {"organization", Kind::organisation},
    {"organisationname", Kind::organisation},
    {"organizationname", Kind::organisation},
    {"nameoforganisation", Kind::organisation},
    {"nameoforganization", Kind::organisation},
    {"org", Kind::organisation},
    {"sector", Kind::sector},
    {"industry", Kind::sector},
    {"contact", Kind::contact},
    {"contactemail", Kind::contact},
    {"contactmail", Kind::contact},
    {"contactaddress", Kind::contact},
    {"email", Kind::contact},
    {"emailaddress", Kind::contact},
    {"sends", Kind::sends},
    {"sendsmail", Kind::sends},
    {"sendsemail", Kind::sends},
    {"selector", Kind::selector},
    {"selectors", Kind::selector},
    {"dkimselector", Kind::selector},
    {"dkimselectors", Kind::selector},
    {"tag", Kind::tags},
    {"tags", Kind::tags},
    {"note", Kind::note},
    {"notes", Kind::note},
    {"comment", Kind::note},
    {"comments", Kind::note},
    {"remark", Kind::note},
    {"remarks", Kind::note},
};

Kind kind_of(std::string_view title) {
  std::string plain;
  for (const char c : base::lower(title)) {
    if (c != ' ' && c != '-' && c != '_') plain += c;
  }
  for (const auto& spelling : kSpellings) {
    if (spelling.text == plain) return spelling.kind;
  }
  return Kind::tag;
}

std::optional<Sends> parse_sends(std::string_view text) {
  const auto word = base::lower(text);
  for (const auto yes : {"yes", "y", "true", "1"}) {
    if (word == yes) return Sends::yes;
  }
  for (const auto no : {"no", "n", "false", "0"}) {
    if (word == no) return Sends::no;
  }
  return std::nullopt;
}

bool is_address(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0) return false;
  const auto plain = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte < 0x7f && c != '@' && c != ',' && c != ';' && c != '<' && c != '>' && c != '"';
  };
  return std::ranges::all_of(text.substr(0, at), plain) && dns::parse_domain(text.substr(at + 1)).has_value();
}

std::vector<std::string_view> parts_of(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(separators), text.size());
    if (const auto part = base::trim(text.substr(0, end)); !part.empty()) out.push_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

template <class T>
void add_once(std::vector<T>& to, T item, std::size_t most) {
  if (to.size() < most && std::ranges::find(to, item) == to.end()) to.push_back(std::move(item));
}

void add_note(std::string& to, std::string_view note) {
  const auto behind = fmt::format("; {}; ", to);
  if (note.empty() || behind.find(fmt::format("; {}; ", note)) != std::string::npos) return;
  if (!to.empty()) to += "; ";
  auto size = std::min(note.size(), kMaxNote - std::min(kMaxNote, to.size()));
  while (size != 0 && size < note.size() && (static_cast<unsigned char>(note[size]) & 0xc0U) == 0x80) --size;
  to += note.substr(0, size);
}

}  // namespace

std::string_view to_string(Kind kind) {
  constexpr std::string_view kNames[] = {"tag",   "domain",   "organisation", "sector", "contact",
                                         "sends", "selector", "tags",         "note"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view to_string(Sends sends) {
  return sends == Sends::unsaid ? "" : sends == Sends::yes ? "yes" : "no";
}

bool says_anything(const Entry& entry) {
  return !entry.organisation.empty() || !entry.sector.empty() || !entry.contact.empty() ||
         entry.sends != Sends::unsaid || !entry.tags.empty() || !entry.note.empty();
}

std::string squeezed(std::string_view text) {
  std::string out;
  bool space = false;
  while (!text.empty()) {
    const auto [length, value] = base::decode_utf8(text);
    const auto size = std::max<std::size_t>(length, 1);
    const bool white = length != 0 && (value <= 0x20 || value == 0xa0 || value == 0x7f);
    if (!white) {
      if (space && !out.empty()) out += ' ';
      out += text.substr(0, size);
    }
    space = white;
    text.remove_prefix(size);
  }
  return out;
}

bool Columns::is_header(const std::vector<TableReader::Cell>& cells) {
  return std::ranges::any_of(cells,
                             [](const auto& cell) { return kind_of(squeezed(cell.text)) == Kind::domain; });
}

std::optional<Columns> Columns::read(TableReader& table) {
  if (table.peek() != TableReader::Got::row || !is_header(table.cells())) return std::nullopt;
  Columns columns;
  for (const auto& cell : table.cells()) {
    auto title = squeezed(cell.text);
    auto kind = kind_of(title);
    // A second column of a kind that has one value is a tag like any other.
    const bool several = kind == Kind::selector || kind == Kind::tags || kind == Kind::note;
    if (!several && std::ranges::find(columns.kinds_, kind) != columns.kinds_.end()) kind = Kind::tag;
    columns.kinds_.push_back(kind);
    columns.titles_.push_back(std::move(title));
  }
  // Columns that are empty down to the end, as spreadsheets leave them.
  while (columns.titles_.back().empty()) {
    columns.titles_.pop_back();
    columns.kinds_.pop_back();
  }
  for (std::size_t i = 0; i < columns.titles_.size(); ++i) {
    if (columns.titles_[i].empty()) columns.titles_[i] = fmt::format("column {}", i + 1);
  }
  table.next();
  return columns;
}

std::string Columns::description() const {
  std::string known;
  std::string tags;
  for (std::size_t i = 0; i < kinds_.size(); ++i) {
    const auto title = base::excerpt(titles_[i], kShown);
    if (kinds_[i] == Kind::tag) {
      tags += (tags.empty() ? "" : ", ") + title;
      continue;
    }
    known += fmt::format("{}{}", known.empty() ? "" : ", ", to_string(kinds_[i]));
    if (!base::iequals(title, to_string(kinds_[i]))) known += fmt::format(" ({})", title);
  }
  return tags.empty() ? known : fmt::format("{}; tags: {}", known, tags);
}

// A row while it is read.
struct Columns::Said {
  Entry entry;
  const std::function<void(Oddity)>& odd;

  void note(const TableReader::Cell& cell, std::string what) const {
    if (odd) odd({cell.line, cell.column, std::move(what)});
  }
};

void Columns::take(Said& said, std::size_t column, const TableReader::Cell& cell) const {
  auto& entry = said.entry;
  auto text = squeezed(cell.text);
  switch (kinds_[column]) {
    case Kind::domain:
      return;
    case Kind::organisation:
      entry.organisation = std::move(text);
      return;
    case Kind::sector:
      entry.sector = std::move(text);
      return;
    case Kind::contact:
      if (is_address(text)) {
        entry.contact = std::move(text);
      } else {
        said.note(cell, fmt::format("\"{}\" is no e-mail address, so it is kept as a tag",
                                    base::excerpt(text, kShown)));
        add_once(entry.tags, {titles_[column], std::move(text)}, kMaxTags);
      }
      return;
    case Kind::sends:
      if (const auto sends = parse_sends(text)) {
        entry.sends = *sends;
      } else {
        said.note(cell, fmt::format("\"{}\" is neither yes nor no, so whether the domain sends is not said",
                                    base::excerpt(text, kShown)));
      }
      return;
    case Kind::selector:
      for (const auto part : parts_of(text, " ,;")) {
        if (is_selector(part)) {
          add_once(entry.selectors, std::string(part), kMaxSelectorsSaid);
        } else {
          said.note(cell,
                    fmt::format("\"{}\" is no selector, so it is left out", base::excerpt(part, kShown)));
        }
      }
      return;
    case Kind::tags:
      for (const auto part : parts_of(text, ",;")) add_once(entry.tags, {std::string(part), ""}, kMaxTags);
      return;
    case Kind::note:
      add_note(entry.note, text);
      return;
    case Kind::tag:
      add_once(entry.tags, {titles_[column], std::move(text)}, kMaxTags);
      return;
  }
}

Columns::Row Columns::entry(const std::vector<TableReader::Cell>& cells,
                            const std::function<void(Oddity)>& odd) const {
  const auto is_blank = [](const TableReader::Cell& cell) { return squeezed(cell.text).empty(); };
  const auto first = std::ranges::find_if_not(cells, is_blank);
  if (first == cells.end() || cells.front().text.starts_with('#')) return std::nullopt;
  for (auto i = kinds_.size(); i < cells.size(); ++i) {
    if (is_blank(cells[i])) continue;
    return std::unexpected(
        Fault{.line = cells[i].line,
              .column = cells[i].column,
              .text = base::excerpt(first->text, kShown),
              .why = fmt::format("the row has more cells than the header, which has {}", kinds_.size()),
              .hint = "put a cell that holds the delimiter in quotes"});
  }
  const auto place = static_cast<std::size_t>(std::ranges::find(kinds_, Kind::domain) - kinds_.begin());
  if (place >= cells.size() || is_blank(cells[place])) {
    return std::unexpected(Fault{.line = first->line,
                                 .column = first->column,
                                 .text = base::excerpt(first->text, kShown),
                                 .why = "the row names no domain",
                                 .hint = {}});
  }
  const auto& cell = cells[place];
  auto name = dns::parse_domain(squeezed(cell.text));
  if (!name) {
    return std::unexpected(Fault{.line = cell.line,
                                 .column = cell.column,
                                 .text = base::excerpt(cell.text, kShown),
                                 .why = name.error().what,
                                 .hint = name.error().hint});
  }
  Said said{.entry = {.domain = *name}, .odd = odd};
  for (std::size_t i = 0; i < std::min(cells.size(), kinds_.size()); ++i) {
    if (!is_blank(cells[i])) take(said, i, cells[i]);
  }
  return std::optional(std::move(said.entry));
}

std::string value_of(const Entry& entry, std::string_view column) {
  switch (kind_of(column)) {
    case Kind::organisation:
      return entry.organisation;
    case Kind::sector:
      return entry.sector;
    case Kind::contact:
      return entry.contact;
    case Kind::sends:
      return std::string(to_string(entry.sends));
    default:
      break;
  }
  for (const auto& [name, value] : entry.tags) {
    if (base::iequals(name, column)) return value.empty() ? name : value;
  }
  return {};
}

void merge(Entry& entry, Entry more, bool& sends_disputed,
           const std::function<void(std::string_view, std::string_view, std::string_view)>& contradicts) {
  const auto text = [&](std::string& first, std::string& second, Kind kind) {
    if (first.empty()) {
      first = std::move(second);
    } else if (!second.empty() && first != second) {
      contradicts(to_string(kind), first, second);
    }
  };
  text(entry.organisation, more.organisation, Kind::organisation);
  text(entry.sector, more.sector, Kind::sector);
  text(entry.contact, more.contact, Kind::contact);
  if (entry.sends != Sends::unsaid && more.sends != Sends::unsaid && entry.sends != more.sends) {
    contradicts(to_string(Kind::sends), to_string(entry.sends), to_string(more.sends));
    sends_disputed = true;
  }
  if (sends_disputed) {
    entry.sends = Sends::unsaid;
  } else if (entry.sends == Sends::unsaid) {
    entry.sends = more.sends;
  }
  for (auto& selector : more.selectors) add_once(entry.selectors, std::move(selector), kMaxSelectorsSaid);
  for (auto& tag : more.tags) add_once(entry.tags, std::move(tag), kMaxTags);
  add_note(entry.note, more.note);
}

}  // namespace rampart::audit
