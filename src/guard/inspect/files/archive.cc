#include "guard/inspect/files/archive.h"

#include <algorithm>
#include <memory>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <clocale>
#include <locale.h>

#include "base/text.h"
#include "guard/inspect/files/bytes.h"
#include "guard/inspect/files/readers.h"
#include "guard/inspect/files/zip_directory.h"

namespace rampart::guard::files {
namespace {

struct Close {
  void operator()(::archive* reader) const { ::archive_read_free(reader); }
};
using Reader = std::unique_ptr<::archive, Close>;

// Names are UTF-8 whatever the system's locale: this thread's alone, while one is read.
locale_t utf8_locale() {
  static const locale_t locale = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}
class Utf8Names {
 public:
  Utf8Names() : before_(utf8_locale() == nullptr ? nullptr : ::uselocale(utf8_locale())) {}
  Utf8Names(const Utf8Names&) = delete;
  Utf8Names& operator=(const Utf8Names&) = delete;
  ~Utf8Names() {
    if (before_ != nullptr) ::uselocale(before_);
  }

 private:
  locale_t before_;
};

// One stream without entries of its own.
bool is_single(FileType type) {
  return type == FileType::gzip || type == FileType::bzip2 || type == FileType::xz || type == FileType::zstd ||
         type == FileType::lzma;
}

bool is_unpacked(FileType type) {
  return type != FileType::ace && type != FileType::arj && type != FileType::udf && type != FileType::disk_image;
}

Reader open(std::string_view bytes, FileType type) {
  Reader out(::archive_read_new());
  if (!out) return out;
  auto* reader = out.get();
  switch (type) {
    case FileType::zip:
      ::archive_read_support_format_zip_seekable(reader);
      ::archive_read_support_format_zip_streamable(reader);
      break;
    case FileType::rar:
      ::archive_read_support_format_rar(reader);
      ::archive_read_support_format_rar5(reader);
      break;
    case FileType::seven_zip:
      ::archive_read_support_format_7zip(reader);
      break;
    case FileType::cabinet:
      ::archive_read_support_format_cab(reader);
      break;
    case FileType::iso:
      ::archive_read_support_format_iso9660(reader);
      break;
    default:
      ::archive_read_support_filter_gzip(reader);
      ::archive_read_support_filter_bzip2(reader);
      ::archive_read_support_filter_xz(reader);
      ::archive_read_support_filter_lzma(reader);
      ::archive_read_support_filter_zstd(reader);
      ::archive_read_support_format_tar(reader);
      ::archive_read_support_format_raw(reader);
  }
  if (::archive_read_open_memory(reader, bytes.data(), bytes.size()) != ARCHIVE_OK) out.reset();
  return out;
}

std::string name_of(::archive_entry* entry) {
  if (const char* text = ::archive_entry_pathname_utf8(entry); text != nullptr) return text;
  const char* text = ::archive_entry_pathname(entry);
  return text == nullptr ? std::string() : std::string(text);
}

// "invoice.js.gz" holds "invoice.js", "logs.tgz" holds "logs.tar".
std::string name_within(std::string_view name) {
  if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return "data";
  const auto low = base::lower(name.substr(dot + 1));
  std::string out(name.substr(0, dot));
  if (low == "tgz" || low == "tbz2" || low == "txz") out += ".tar";
  if (low == "svgz") out += ".svg";
  return out;
}

bool leaves_folder(std::string_view name) {
  if (name.starts_with('/') || name.starts_with('\\') || (name.size() > 1 && name[1] == ':')) return true;
  for (const auto piece : base::split(name, '/'))
    if (piece == ".." || piece.find("..\\") != std::string_view::npos) return true;
  return false;
}

class Walk {
 public:
  Walk(const Item& item, FileType type, Looker& to) : item_(item), type_(type), to_(to) {}

  void run() {
    const Utf8Names names;
    const auto reader = open(item_.bytes, type_);
    if (!reader) return to_.doubt(item_, Why::damaged, "the archive cannot be opened");
    ::archive_entry* entry = nullptr;
    while (true) {
      const int said = ::archive_read_next_header(reader.get(), &entry);
      if (said == ARCHIVE_EOF) break;
      if (said == ARCHIVE_RETRY) continue;
      if (said < ARCHIVE_WARN) {
        broken(reader.get());
        break;
      }
      if (to_.budget.is_late() || !Budget::take(to_.budget.entries, 1)) {
        to_.doubt(item_, Why::over_limit, "it has more entries than are looked at");
        break;
      }
      if (!take(reader.get(), entry)) break;
    }
    if (::archive_read_has_encrypted_entries(reader.get()) > 0) encrypted();
    if (type_ == FileType::zip) rest_of_zip();
  }

 private:
  void encrypted() {
    if (!is_encrypted_) {
      to_.find(item_, Mark::encrypted_archive, to_string(type_));
      to_.doubt(item_, Why::encrypted, "what is in it is encrypted");
    }
    is_encrypted_ = true;
  }

  void broken(::archive* reader) {
    const char* text = ::archive_error_string(reader);
    const auto said = text == nullptr ? std::string("unknown") : base::lower(text);
    if (said.find("encrypt") != std::string::npos || said.find("passphrase") != std::string::npos)
      return encrypted();
    to_.doubt(item_, Why::damaged, fmt::format("the archive cannot be read on: {}", said));
  }

  // False: no more is to be read.
  bool take(::archive* reader, ::archive_entry* entry) {
    ++entries_;
    auto name = name_of(entry);
    const bool is_raw = ::archive_format(reader) == ARCHIVE_FORMAT_RAW;
    if (is_raw) name = name_within(item_.name);
    if (leaves_folder(name)) to_.find(item_, Mark::unsafe_path, name);
    if (::archive_entry_filetype(entry) == AE_IFDIR) return true;
    const auto size = ::archive_entry_size_is_set(entry) != 0
                          ? static_cast<std::uint64_t>(std::max<la_int64_t>(::archive_entry_size(entry), 0))
                          : 0;
    if (::archive_entry_filetype(entry) != AE_IFREG && !is_raw) return true;
    if (::archive_entry_is_encrypted(entry) != 0) {
      encrypted();
      to_.name_inside(item_, name, size, true);
      return true;
    }
    std::string bytes;
    const auto end = unpack(reader, size, bytes);
    if (end == End::whole) {
      to_.look_inside(item_, name, bytes);
      return true;
    }
    // What there is of it says what it is.
    if (bytes.empty())
      to_.name_inside(item_, name, size, false);
    else
      to_.look_inside(item_, name, bytes);
    return end == End::damaged && type_ == FileType::zip;
  }

  enum class End : std::uint8_t { whole, damaged, over };
  End unpack(::archive* reader, std::uint64_t size, std::string& out) {
    constexpr std::size_t kFirst = 65'536;
    out.reserve(std::min<std::uint64_t>(size, kFirst));
    while (true) {
      const void* data = nullptr;
      std::size_t got = 0;
      la_int64_t at = 0;
      const int said = ::archive_read_data_block(reader, &data, &got, &at);
      if (said == ARCHIVE_EOF) return End::whole;
      if (said == ARCHIVE_RETRY) continue;
      if (said < ARCHIVE_WARN) {
        broken(reader);
        return End::damaged;
      }
      // Holes of sparse files are left out.
      unpacked_ += got;
      const bool is_bomb = unpacked_ > kRatioFrom && unpacked_ / kMaxRatio > item_.bytes.size();
      if (is_bomb || out.size() + got > kMaxOneFile || !Budget::take(to_.budget.bytes, got) || to_.budget.is_late()) {
        if (is_bomb) to_.find(item_, Mark::over_unpacked, fmt::format("{} bytes become more than {}", item_.bytes.size(), unpacked_ - got));
        to_.doubt(item_, Why::over_limit, "it unpacks to more than is looked at");
        return End::over;
      }
      out.append(static_cast<const char*>(data), got);
    }
  }

  // The names of what was not reached: they stand in clear at the end.
  void rest_of_zip() {
    const auto directory = zip_directory(item_.bytes);
    if (directory.entries.size() <= entries_) return;
    for (const auto& entry : std::span(directory.entries).subspan(entries_)) {
      if (!Budget::take(to_.budget.entries, 1)) return;
      if (!entry.name.ends_with('/')) to_.name_inside(item_, entry.name, entry.size, entry.is_encrypted);
    }
  }

  const Item& item_;
  FileType type_;
  Looker& to_;
  std::size_t entries_ = 0;
  std::uint64_t unpacked_ = 0;
  bool is_encrypted_ = false;
};

}  // namespace

void prepare_archives() {
  // An empty tar in gzip: what is loaded for it is loaded now.
  const Utf8Names names;
  constexpr std::string_view kEmpty("PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22);
  const auto reader = open(kEmpty, FileType::zip);
  ::archive_entry* entry = nullptr;
  if (reader) (void)::archive_read_next_header(reader.get(), &entry);
}

void read_archive(const Item& item, FileType type, Looker& to) {
  if (!is_unpacked(type)) return to.doubt(item, Why::unsupported, fmt::format("no {} is unpacked", to_string(type)));
  Walk(item, type, to).run();
}

}  // namespace rampart::guard::files
