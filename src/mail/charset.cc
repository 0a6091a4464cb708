#include "mail/charset.h"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include <unicode/ucnv.h>
#include <unicode/ustring.h>

#include "base/text.h"

namespace rampart::mail {
namespace {

// How the names of sets begin that mail programs write, lower case.
constexpr auto kFamilies = std::to_array<std::string_view>(
    {"iso-8859-", "iso8859-",    "iso_8859-",   "latin",      "windows-", "cp125",     "cp866",
     "cp850",     "cp874",       "cp932",       "cp936",      "cp949",    "koi8-",     "shift_jis",
     "shift-jis", "sjis",        "x-sjis",      "euc-",       "gb2312",   "gbk",       "gb18030",
     "big5",      "iso-2022-jp", "iso-2022-kr", "ks_c_5601",  "tis-620",  "macintosh", "x-mac-",
     "utf-16",    "utf-32",      "utf-7",       "hz-gb-2312", "viscii"});

constexpr std::string_view kReplacement = "\xef\xbf\xbd";

std::string valid_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto length = base::decode_utf8(bytes).length;
    out += length == 0 ? kReplacement : bytes.substr(0, length);
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

struct Close {
  void operator()(UConverter* open) const { ucnv_close(open); }
};

std::optional<std::string> convert(std::string_view bytes, const std::string& charset) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, Close> from(ucnv_open(charset.c_str(), &status));
  if (U_FAILURE(status) != 0) return std::nullopt;
  // A byte is two units at most (a surrogate pair), and a final state may add some.
  std::vector<UChar> wide(2 * bytes.size() + 16);
  const auto size = ucnv_toUChars(from.get(), wide.data(), static_cast<std::int32_t>(wide.size()),
                                  bytes.data(), static_cast<std::int32_t>(bytes.size()), &status);
  if (U_FAILURE(status) != 0) return std::nullopt;
  std::string out(3 * static_cast<std::size_t>(size) + 1, '\0');
  std::int32_t length = 0;
  u_strToUTF8WithSub(out.data(), static_cast<std::int32_t>(out.size()), &length, wide.data(), size, 0xfffd,
                     nullptr, &status);
  if (U_FAILURE(status) != 0) return std::nullopt;
  out.resize(static_cast<std::size_t>(length));
  return out;
}

}  // namespace

std::optional<std::string> decode_charset(std::string_view bytes, std::string_view charset) {
  if (charset.size() > kMaxCharsetName || bytes.size() > (std::size_t{1} << 28U)) return std::nullopt;
  auto name = base::lower(charset);
  if (name.empty() || name == "utf-8" || name == "utf8" || name == "us-ascii" || name == "ascii")
    return valid_utf8(bytes);
  const bool is_known =
      std::ranges::any_of(kFamilies, [&](std::string_view family) { return name.starts_with(family); });
  if (!is_known || name.find(',') != std::string::npos)
    return std::nullopt;  // ICU reads options behind a comma
  if (name == "iso-8859-1" || name == "latin1")
    name = "windows-1252";  // as browsers and mail programs take it (WHATWG Encoding)
  if (name == "gb2312") name = "gb18030";
  if (name.starts_with("ks_c_5601")) name = "windows-949";
  return convert(bytes, name);
}

}  // namespace rampart::mail
