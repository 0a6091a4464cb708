// Archives: zips by our own directory, all others by libarchive, in memory.
#include <algorithm>
#include <clocale>
#include <ctime>
#include <cwchar>
#include <memory>
#include <vector>

#include <archive.h>
#include <archive_entry.h>

#include "guard/inspect/files/formats.h"
#include "guard/inspect/files/text.h"

namespace rampart::guard::files {
namespace {

constexpr std::size_t kMaxEntryName = 4'096;  // bytes; our own
constexpr std::size_t kMaxZipsBefore = 4;     // one behind another; our own

// What somebody would run comes first: the budget may not last for all.
std::vector<const ZipEntry*> by_danger(const Zip& zip) {
  std::vector<const ZipEntry*> out;
  std::vector<const ZipEntry*> others;
  out.reserve(zip.entries.size());
  others.reserve(zip.entries.size());
  for (const auto& entry : zip.entries) {
    if (entry.is_folder()) continue;
    (is_dangerous(kind_of_name(entry.name)) ? out : others).push_back(&entry);
  }
  out.insert(out.end(), others.begin(), others.end());
  return out;
}

// libarchive writes names in the character set of the locale: in that of C those of 7z and RAR lose all that is not ASCII.
class InUtf8 {
 public:
  InUtf8() : before_(::uselocale(utf8())) {}
  ~InUtf8() { ::uselocale(before_); }
  InUtf8(const InUtf8&) = delete;
  InUtf8& operator=(const InUtf8&) = delete;
  InUtf8(InUtf8&&) = delete;
  InUtf8& operator=(InUtf8&&) = delete;

 private:
  // Null, which changes nothing, where the machine has none.
  static ::locale_t utf8() {
    static const ::locale_t kept = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return kept;
  }

  ::locale_t before_;
};

struct ReaderEnd {
  void operator()(::archive* reader) const { ::archive_read_free(reader); }
};
using Reader = std::unique_ptr<::archive, ReaderEnd>;

// Only what libarchive reads itself: some of its filters start programs.
Reader make_reader() {
  Reader reader(::archive_read_new());
  if (!reader) return reader;
  auto* a = reader.get();
  for (const auto support : {&::archive_read_support_filter_gzip, &::archive_read_support_filter_bzip2,
                             &::archive_read_support_filter_xz, &::archive_read_support_filter_lzma,
                             &::archive_read_support_filter_zstd, &::archive_read_support_filter_compress,
                             &::archive_read_support_format_zip, &::archive_read_support_format_7zip,
                             &::archive_read_support_format_rar, &::archive_read_support_format_rar5,
                             &::archive_read_support_format_cab, &::archive_read_support_format_iso9660,
                             &::archive_read_support_format_tar, &::archive_read_support_format_cpio,
                             &::archive_read_support_format_ar, &::archive_read_support_format_lha,
                             &::archive_read_support_format_raw})
    support(a);
  return reader;
}

// The name of an entry as UTF-8 where it has one, else as it is written.
std::string name_of(::archive_entry* entry) {
  const char* name = ::archive_entry_pathname_utf8(entry);
  if (name == nullptr) name = ::archive_entry_pathname(entry);
  return name == nullptr ? std::string() : std::string(name).substr(0, kMaxEntryName);
}

// What is left of a name when one file alone was packed: "a.pdf" of "a.pdf.gz".
std::string name_within(std::string_view name) {
  const auto slash = name.find_last_of("/\\");
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return "data";
  const auto ending = ending_of(name);
  const auto bare = std::string(name.substr(0, dot));
  return ending == "tgz" || ending == "tbz" || ending == "txz" ? bare + ".tar" : bare;
}

class ArchiveWalk {
 public:
  ArchiveWalk(Walk& walk, std::string_view bytes) : walk_(walk), bytes_(bytes) {}

  void take() {
    const InUtf8 here;
    reader_ = make_reader();
    if (!reader_ || ::archive_read_open_memory(reader_.get(), bytes_.data(), bytes_.size()) < ARCHIVE_WARN)
      return fault();
    ::archive_entry* entry = nullptr;
    for (;;) {
      const int result = ::archive_read_next_header(reader_.get(), &entry);
      if (result == ARCHIVE_EOF) break;
      if (result < ARCHIVE_WARN) {
        fault();
        break;
      }
      if (!take_entry(entry)) break;
    }
    if (::archive_read_has_encrypted_entries(reader_.get()) == 1) encrypted();
  }

 private:
  void encrypted() {
    walk_.add(FileFact::encrypted_archive);
    walk_.cannot(Unseen::encrypted);
  }

  // libarchive has no code for it: its words do.
  void fault() {
    const char* text = reader_ ? ::archive_error_string(reader_.get()) : nullptr;
    const std::string_view said = text == nullptr ? "" : text;
    if (has_word(said, "encrypt")) return encrypted();
    walk_.cannot(has_word(said, "unsupported") || has_word(said, "not supported") ? Unseen::unsupported
                                                                                  : Unseen::damaged);
  }

  // False when the rest is not to be read.
  bool take_entry(::archive_entry* entry) {
    const bool is_raw = ::archive_format(reader_.get()) == ARCHIVE_FORMAT_RAW;
    const auto name = is_raw ? name_within(walk_.name()) : name_of(entry);
    if (::archive_entry_filetype(entry) == AE_IFDIR) return true;
    if (!walk_.list(name)) return false;
    if (::archive_entry_is_encrypted(entry) != 0) {
      encrypted();
      walk_.look_at_name(name);
      return true;
    }
    if (::archive_entry_filetype(entry) != AE_IFREG) {
      walk_.look_at_name(name);
      return true;
    }
    if (!walk_.take_entry()) {
      walk_.look_at_name(name);
      return can_skip();
    }
    return read_entry(name);
  }

  // Whether what is not wanted costs nothing: elsewhere it is unpacked to be thrown away.
  [[nodiscard]] bool can_skip() const {
    const int format = ::archive_format(reader_.get()) & ARCHIVE_FORMAT_BASE_MASK;
    return ::archive_filter_code(reader_.get(), 0) == ARCHIVE_FILTER_NONE &&
           (format == ARCHIVE_FORMAT_ISO9660 || format == ARCHIVE_FORMAT_TAR ||
            format == ARCHIVE_FORMAT_ZIP || format == ARCHIVE_FORMAT_CPIO || format == ARCHIVE_FORMAT_AR);
  }

  bool read_entry(const std::string& name) {
    // A whole archive packed hard is a bomb as a single entry is.
    const auto by_ratio = std::max(kLargeEntry, bytes_.size() * walk_.budget().ratio);
    const auto most = std::min(walk_.bytes_left(), by_ratio);
    std::string content;
    for (;;) {
      const void* block = nullptr;
      std::size_t size = 0;
      la_int64_t offset = 0;
      const int result = ::archive_read_data_block(reader_.get(), &block, &size, &offset);
      if (result == ARCHIVE_EOF) break;
      if (result < ARCHIVE_WARN) {
        walk_.spend(content.size());
        walk_.look_at_name(name);
        fault();
        return result != ARCHIVE_FATAL && can_skip();
      }
      // Holes are zeroes that nobody packed.
      const auto at = static_cast<std::uint64_t>(std::max<la_int64_t>(offset, 0));
      if (at > most || size > most - at) {
        walk_.spend(content.size());
        walk_.look_at_name(name);
        if (most == by_ratio) walk_.add(FileFact::bomb, name);
        walk_.cannot(Unseen::too_large);
        return can_skip();
      }
      if (content.size() < at) content.resize(static_cast<std::size_t>(at));
      content.append(static_cast<const char*>(block), size);
    }
    walk_.spend(content.size());
    walk_.look_inside(name, content);
    return true;
  }

  Walk& walk_;
  std::string_view bytes_;
  Reader reader_;
};

}  // namespace

// libarchive asks for the zone of times in archives, and for the tables of character sets: they are read before files can no longer be.
void prepare_files() {
  ::tzset();
  const InUtf8 here;
  std::mbstate_t state{};
  wchar_t wide = 0;
  std::mbrtowc(&wide, "\xd8\xb1", 2, &state);
  kind_of_ending("exe");
}

void look_into_archive(Walk& walk, std::string_view bytes) { ArchiveWalk(walk, bytes).take(); }

namespace {

void look_into_one(Walk& walk, const Zip& zip) {
  if (zip.is_damaged) walk.cannot(Unseen::damaged);
  if (zip.has_more) walk.cannot(Unseen::too_many);
  // What zlib does not read, libarchive may.
  const auto is_other = [](const ZipEntry& entry) { return !entry.is_encrypted && !entry.is_readable(); };
  if (!zip.is_damaged && std::ranges::any_of(zip.entries, is_other))
    return look_into_archive(walk, zip.bytes());
  bool has_room = true;
  for (const auto* entry : by_danger(zip)) {
    if (!walk.list(entry->name)) return;
    has_room = has_room && walk.take_entry();
    if (!has_room) {
      walk.look_at_name(entry->name);
      continue;
    }
    auto content = zip.unpack(*entry, walk.bytes_left(), walk.budget().ratio);
    if (!content) {
      if (content.error().why == Unseen::encrypted) walk.add(FileFact::encrypted_archive);
      walk.spend(content.error().unpacked);
      walk.cannot(content.error().why);
      walk.look_at_name(entry->name);
      continue;
    }
    walk.spend(content->bytes.size());
    if (content->is_cut) walk.cannot(Unseen::too_large);
    if (content->is_bomb) walk.add(FileFact::bomb, entry->name);
    walk.look_inside(entry->name, content->bytes);
  }
}

}  // namespace

void look_into_zip(Walk& walk, const Zip& zip) {
  look_into_one(walk, zip);
  auto before = zip.before();
  for (std::size_t i = 0; !before.empty(); ++i) {
    if (i == kMaxZipsBefore) return walk.cannot(Unseen::too_many);
    const auto one = Zip::read(before, walk.budget().listed);
    if (one.entries.empty()) return;
    // Without a directory of its own it may be what a writer left of entries that he took out.
    if (!one.is_damaged) walk.add(FileFact::two_archives, one.entries.front().name);
    look_into_one(walk, one);
    before = one.before();
  }
}

}  // namespace rampart::guard::files
