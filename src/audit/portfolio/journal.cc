#include "audit/portfolio/journal.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <boost/json.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/format/pieces.h"
#include "audit/recording.h"
#include "base/compress.h"
#include "base/json.h"
#include "crypto/digest.h"

namespace rampart::audit {
namespace {

using base::ErrorKind;

constexpr std::string_view kSchema = "rampart.journal/1";
constexpr std::size_t kDigest = 16;  // bytes of the SHA-256
constexpr std::size_t kFrameHead = sizeof(std::uint32_t) + kDigest;

std::unexpected<base::Error> cannot(std::string_view verb, const std::string& path) {
  return base::fail(ErrorKind::io, fmt::format("cannot {} the journal: {}", verb, std::strerror(errno)), path,
                    errno == ENOSPC ? "free some space on that disk; --resume then goes on" : "");
}

std::string digest_of(std::string_view bytes) { return crypto::sha256(bytes).substr(0, kDigest); }

base::Result<std::string> read_at(int file, const std::string& path, std::size_t from, std::size_t size) {
  std::string out(size, '\0');
  std::size_t got = 0;
  while (got < size) {
    const auto read = ::pread(file, out.data() + got, size - got, static_cast<off_t>(from + got));
    if (read < 0 && errno == EINTR) continue;
    if (read < 0) return cannot("read", path);
    if (read == 0) break;
    got += static_cast<std::size_t>(read);
  }
  out.resize(got);
  return out;
}

// Where the run's options differ from the journal's: "format=csv, and here format=html".
std::string difference(const std::vector<std::string>& journal, const std::vector<std::string>& here) {
  for (std::size_t i = 0; i < std::max(journal.size(), here.size()); ++i) {
    const auto there = i < journal.size() ? journal[i] : "nothing";
    const auto now = i < here.size() ? here[i] : "nothing";
    if (there != now) return fmt::format("{}, and here {}", there, now);
  }
  return {};
}

}  // namespace

base::Result<Journal> Journal::open(const std::string& path, const JournalRun& run, bool resume) {
  Journal out;
  out.path_ = path;
  out.file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (out.file_ < 0) return cannot("open", path);
  if (::flock(out.file_, LOCK_EX | LOCK_NB) != 0) {
    out.path_.clear();
    return base::fail(ErrorKind::usage, "another run keeps this journal", path, "wait for its end");
  }
  struct stat status{};
  if (::fstat(out.file_, &status) != 0 || !S_ISREG(status.st_mode))
    return base::fail(ErrorKind::usage, "is no file that a journal can be kept in", path);
  out.found_ = status.st_size != 0;
  out.now_ = run.now;
  if (resume && out.found_) out.resumed_ = TRY(out.read_header(run));
  if (!out.resumed_) TRY(out.write_header(run));
  return out;
}

Journal::Journal(Journal&& other) noexcept { *this = std::move(other); }

Journal& Journal::operator=(Journal&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(file_, other.file_);
  std::swap(now_, other.now_);
  std::swap(found_, other.found_);
  std::swap(resumed_, other.resumed_);
  std::swap(empty_, other.empty_);
  std::swap(end_, other.end_);
  std::swap(frame_, other.frame_);
  std::swap(at_, other.at_);
  std::swap(batch_, other.batch_);
  std::swap(written_, other.written_);
  return *this;
}

Journal::~Journal() {
  if (file_ < 0) return;
  if (!batch_.empty() && !flush()) batch_.clear();  // what cannot be kept is audited again
  if (empty_) ::unlink(path_.c_str());
  ::close(file_);
}

// False where nothing was begun that could be continued: the line is torn.
base::Result<bool> Journal::read_header(const JournalRun& run) {
  const auto text = TRY(read_at(file_, path_, 0, kMaxHeader));
  const auto end = text.find('\n');
  const auto other = [&] {
    return base::fail(ErrorKind::usage, "is no journal of an audit", path_,
                      "move it away, or write to another output");
  };
  if (end == std::string::npos) {
    const std::string begins = fmt::format("{{\"schema\":\"{}\"", kSchema);
    if (!std::string_view(text).starts_with(std::string_view(begins).substr(0, text.size()))) return other();
    return false;
  }
  const auto value = base::parse_json(std::string_view(text).substr(0, end), path_);
  if (!value || !value->is_object()) return other();
  const auto& object = value->as_object();
  const auto* schema = object.if_contains("schema");
  const auto* now = object.if_contains("now");
  const auto* options = object.if_contains("options");
  if (schema == nullptr || !schema->is_string() || schema->as_string() != kSchema || now == nullptr ||
      !now->is_string() || options == nullptr || !options->is_array())
    return other();
  const auto time = base::parse_time(std::string_view(now->as_string()));
  if (!time) return other();
  std::vector<std::string> of_journal;
  for (const auto& option : options->as_array()) {
    if (option.is_string()) of_journal.emplace_back(option.as_string());
  }
  if (const auto differs = difference(of_journal, run.options); !differs.empty()) {
    return base::fail(ErrorKind::usage, fmt::format("the journal is of a run with {}", differs), path_,
                      "continue with the same options, or leave out --resume to begin anew");
  }
  now_ = *time;
  end_ = end + 1;
  return true;
}

base::Result<> Journal::write_header(const JournalRun& run) {
  std::string line;
  base::JsonWriter(line)
      .begin_object()
      .member("schema", kSchema)
      .member("now", base::format_time(run.now))
      .member_array("options", run.options)
      .end_object();
  line += '\n';
  if (::ftruncate(file_, 0) != 0 ||
      ::pwrite(file_, line.data(), line.size(), 0) != static_cast<ssize_t>(line.size()) ||
      ::fdatasync(file_) != 0)
    return cannot("write", path_);
  end_ = line.size();
  empty_ = true;
  return {};
}

// The next frame; false at the end of what is whole.
base::Result<bool> Journal::read_frame() {
  const auto head = TRY(read_at(file_, path_, end_, kFrameHead));
  if (head.size() != kFrameHead) return false;
  std::uint32_t size = 0;
  std::memcpy(&size, head.data(), sizeof size);
  if (size == 0 || size > kMaxFrame) return false;
  const auto packed = TRY(read_at(file_, path_, end_ + kFrameHead, size));
  if (packed.size() != size || digest_of(packed) != std::string_view(head).substr(sizeof size)) return false;
  frame_ = TRY(base::decompress(packed));
  at_ = 0;
  end_ += kFrameHead + size;
  return true;
}

base::Result<std::optional<std::string>> Journal::replay() {
  if (at_ == frame_.size()) {
    const bool more = resumed_ && TRY(read_frame());
    if (!more) {
      frame_.clear();
      at_ = 0;
      if (::ftruncate(file_, static_cast<off_t>(end_)) != 0) return cannot("write", path_);
      return std::optional<std::string>();
    }
  }
  Pieces pieces(std::string_view(frame_).substr(at_));
  auto record = std::string(pieces.next());
  at_ += sizeof(std::uint64_t) + record.size();
  return std::optional(std::move(record));
}

base::Result<> Journal::add(std::string_view record) {
  const std::uint64_t size = record.size();  // as join_pieces() has it, without a copy of some kilobytes
  batch_.append(reinterpret_cast<const char*>(&size), sizeof size);
  batch_ += record;
  const bool due = batch_.size() >= kBatch || std::chrono::steady_clock::now() - written_ >= kEvery;
  return due ? flush() : base::Result<>();
}

base::Result<> Journal::flush() {
  written_ = std::chrono::steady_clock::now();
  if (batch_.empty()) return {};
  const auto packed = TRY(base::compress(batch_));
  const auto size = static_cast<std::uint32_t>(packed.size());
  std::string frame(reinterpret_cast<const char*>(&size), sizeof size);
  frame += digest_of(packed);
  frame += packed;
  std::size_t done = 0;
  while (done < frame.size()) {
    const auto wrote =
        ::pwrite(file_, frame.data() + done, frame.size() - done, static_cast<off_t>(end_ + done));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return cannot("write", path_);
    done += static_cast<std::size_t>(wrote);
  }
  if (::fdatasync(file_) != 0) return cannot("write", path_);
  end_ += frame.size();
  empty_ = false;
  batch_.clear();
  return {};
}

base::Result<> Journal::remove() {
  batch_.clear();
  empty_ = false;
  if (::unlink(path_.c_str()) != 0) return cannot("remove", path_);
  return {};
}

std::string write_entry(const JournalEntry& entry) {
  const auto& line = entry.digest.line;
  std::string weaknesses;
  for (const auto weakness : line.weaknesses)
    weaknesses += static_cast<char>('0' + static_cast<int>(weakness));
  std::string verdicts;
  for (const auto verdict : entry.digest.verdicts)
    verdicts += static_cast<char>('0' + static_cast<int>(verdict));
  return join_pieces({entry.domain, entry.input, entry.port_blocked ? "1" : "",
                      std::to_string(static_cast<int>(line.status)), line.grade, to_string(line.worst),
                      weaknesses, line.sentence, entry.digest.clean ? "1" : "",
                      std::to_string(entry.digest.questions), verdicts, entry.text});
}

base::Result<JournalEntry> read_entry(std::string_view record) {
  Pieces pieces(record);
  JournalEntry out;
  out.domain = pieces.next();
  out.input = pieces.next();
  out.port_blocked = !pieces.next().empty();
  auto& line = out.digest.line;
  const auto name = dns::Name::try_parse(out.domain);
  const auto status = pieces.next();
  line.grade = pieces.next();
  const auto worst = parse_severity(pieces.next());
  if (!name || status.size() != 1 || status[0] < '0' || status[0] > '3' || !worst)
    return base::fail(ErrorKind::internal, "a record of the journal cannot be read");
  line.domain = *name;
  line.status = static_cast<Status>(status[0] - '0');
  line.worst = *worst;
  for (const char c : pieces.next()) line.weaknesses.push_back(static_cast<Weakness>(c - '0'));
  line.sentence = pieces.next();
  out.digest.clean = !pieces.next().empty();
  out.digest.questions = std::strtoull(std::string(pieces.next()).c_str(), nullptr, 10);
  for (const char c : pieces.next()) {
    const auto verdict = static_cast<std::size_t>(c - '0');
    if (verdict >= kVerdicts)
      return base::fail(ErrorKind::internal, "a record of the journal cannot be read");
    out.digest.verdicts.push_back(static_cast<Verdict>(verdict));
  }
  out.text = pieces.next();
  return out;
}

std::string hash_of(const Input& input) {
  // What a recording keeps of an input is what an audit depends on.
  auto same = input;
  same.known_keys.clear();  // the store learns them while the run goes on
  const auto fact = record_input(same, 0);
  if (!fact) return {};
  const auto* answer = std::get_if<facts::AnswerPtr>(&*fact);
  return answer == nullptr ? std::string() : digest_of((*answer)->data((*answer)->records()[0]));
}

}  // namespace rampart::audit
