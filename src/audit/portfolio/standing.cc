#include "audit/portfolio/standing.h"

#include <cerrno>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <unistd.h>

#include "audit/format/pieces.h"
#include "audit/portfolio/table_reader.h"

namespace rampart::audit {

void Standing::add(std::string_view code, std::string_view status) {
  if (code.empty() || (status != "present" && status != "unknown")) return;
  auto& kept = findings[std::string(code)];
  if (kept != "present") kept = status;
}

std::string pack_standing(const DomainReport& report) {
  auto out = join_pieces({report.domain.text(), to_string(report.status), report.grade});
  for (const auto& finding : report.findings) out += join_pieces({finding.code, to_string(finding.status)});
  return out;
}

void unpack_standing(std::string_view packed, Standings& to) {
  Pieces pieces(packed);
  auto& standing = to[std::string(pieces.next())];
  standing.status = pieces.next();
  standing.grade = pieces.next();
  while (!pieces.empty()) {
    const auto code = pieces.next();
    standing.add(code, pieces.next());
  }
}

std::vector<Change> changes_between(const Standings& before, const Standings& after) {
  std::vector<Change> out;
  const auto add = [&](const std::string& domain, std::string_view what, std::string_view finding,
                       std::string_view first, std::string_view second) {
    out.push_back({.group = {},
                   .domain = domain,
                   .what = std::string(what),
                   .finding = std::string(finding),
                   .before = std::string(first),
                   .after = std::string(second)});
  };
  for (const auto& [domain, old] : before) {
    if (!after.contains(domain)) add(domain, "domain-went", "", old.status, "");
  }
  for (const auto& [domain, now] : after) {
    const auto found = before.find(domain);
    if (found == before.end()) {
      add(domain, "domain-appeared", "", "", now.status);
      continue;
    }
    const auto& old = found->second;
    if (old.status != now.status) add(domain, "status", "", old.status, now.status);
    if (old.grade != now.grade) add(domain, "grade", "", old.grade, now.grade);
    for (const auto& [code, state] : old.findings) {
      const auto still = now.findings.find(code);
      if (state != "present") continue;
      if (still == now.findings.end()) {
        add(domain, "finding-went", code, state, "");
      } else if (still->second == "unknown") {
        add(domain, "finding-unknown", code, state, "unknown");
      }
    }
    for (const auto& [code, state] : now.findings) {
      const auto then = old.findings.find(code);
      if (state == "present" && (then == old.findings.end() || then->second != "present"))
        add(domain, "finding-appeared", code, then == old.findings.end() ? "" : "unknown", state);
    }
  }
  return out;
}

base::Result<TextInput> open_input(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return base::fail(base::ErrorKind::io, std::strerror(errno), path);
  // Shared by the copies that std::function makes; the last one closes the file.
  const std::shared_ptr<const int> closes(new int(file), [](const int* number) {
    ::close(*number);
    delete number;
  });
  return TextInput([closes](char* to, std::size_t size) { return ::read(*closes, to, size); });
}

base::Result<> read_rows(
    const std::string& path,
    const std::function<void(const std::map<std::string_view, std::string_view>&)>& use) {
  auto input = TRY(open_input(path));
  TableReader table(input, ',');
  const auto unreadable = [&] {
    return base::fail(base::ErrorKind::input, table.fault().what,
                      fmt::format("{}:{}:{}", path, table.fault().line, table.fault().column));
  };
  std::vector<std::string> columns;
  for (auto got = table.next(); got != TableReader::Got::end; got = table.next()) {
    if (got == TableReader::Got::bad) return unreadable();
    if (columns.empty()) {
      for (const auto& cell : table.cells()) columns.emplace_back(cell.text);
      continue;
    }
    std::map<std::string_view, std::string_view> row;
    for (std::size_t i = 0; i < std::min(columns.size(), table.cells().size()); ++i)
      row.emplace(columns[i], table.cells()[i].text);
    use(row);
  }
  if (input.failed()) return base::fail(base::ErrorKind::io, "cannot be read", path);
  return {};
}

std::string unguarded(std::string_view cell) {
  return std::string(cell.starts_with('\'') ? cell.substr(1) : cell);
}

base::Result<Standings> read_standings(const std::string& path) {
  Standings out;
  const auto cell = [](const std::map<std::string_view, std::string_view>& row, std::string_view column) {
    const auto found = row.find(column);
    return found == row.end() ? std::string_view() : found->second;
  };
  TRY(read_rows(path, [&](const auto& row) {
    const auto domain = cell(row, "domain");
    if (domain.empty()) return;
    auto& standing = out[unguarded(domain)];
    standing.status = cell(row, "status");
    standing.grade = cell(row, "grade");
    standing.add(cell(row, "finding"), cell(row, "finding_status"));
  }));
  return out;
}

}  // namespace rampart::audit
