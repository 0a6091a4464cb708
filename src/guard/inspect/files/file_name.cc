#include "guard/inspect/files/file_name.h"

#include <algorithm>
#include <array>
#include <span>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/text.h"

namespace rampart::guard::files {
namespace {

// All our own.
constexpr std::size_t kMaxEnding = 20;       // characters; longer ones are no ending but words
constexpr std::size_t kBlanksOfPadding = 8;  // in a row
constexpr std::size_t kBlanksBeforeEnding = 3;

constexpr std::string_view kKindNames[] = {"other",      "none",    "executable",     "script",   "shortcut",
                                           "disk-image", "archive", "macro-document", "document", "web-page",
                                           "help",       "note",    "add-in",         "message",  "image",
                                           "media",      "text",    "system",         "source"};
static_assert(std::size(kKindNames) == kNameKinds);

struct Endings {
  NameKind kind;
  std::string_view list;  // with a space between them
};

// What Windows, macOS and the programs of an office open, run or mount by the ending alone.
constexpr Endings kEndings[] = {
    {NameKind::executable,
     "air apk app appinstaller application appref-ms appx appxbundle class com command cpl "
     "crx deb dll drv elf exe gadget ipa jar msi msix msixbundle msp mst msu ocx paf pif "
     "pkg rpm run scr sys xap xbap xpi"},
    {NameKind::script,
     "a3x ahk applescript au3 bat btm cmd hta jnlp js jse msh msh1 msh1xml msh2 "
     "msh2xml mshxml osa ps1 ps1xml ps2 ps2xml psc1 psc2 psd1 psm1 pyw pyz scpt sct "
     "vb vbe vbs vbscript ws wsc wsf wsh"},
    {NameKind::source, "bash csh csx fsx ksh mjs php pl py pyc rb sh xsl xslt"},
    {NameKind::shortcut,
     "desktop fileloc inetloc library-ms lnk rdp scf search-ms searchconnector-ms terminal "
     "url webloc website"},
    {NameKind::disk_image, "bin cue dmg img iso toast udf vcd vdi vhd vhdx vmdk"},
    {NameKind::archive,
     "001 7z ace alz ar arj bz2 cab cpio egg gz gzip lha lz lzh lzma r00 r01 rar tar tbz tbz2 tgz txz uu "
     "uue wim xz z z01 zip zipx zpaq zst"},
    {NameKind::macro_document,
     "accdb accde accdr ade adp docm dotm mde potm ppam ppsm pptm sldm xla xlam xlsb xlsm "
     "xlt xltm"},
    {NameKind::document,
     "dif doc docx dot dotx epub iqy key mdb numbers odf odg odp ods odt oqy ots ott oxps "
     "pages pdf pot potx pps ppsx ppt pptx pub rqy rtf slk vsd vsdx wps xls xlsx xltx xps"},
    {NameKind::web_page, "htm html mht mhtml shtm shtml svg svgz xht xhtml xml"},
    {NameKind::help, "chm hlp"},
    {NameKind::note, "one onepkg onetoc2"},
    {NameKind::add_in, "ppa wll xll"},
    {NameKind::message, "eml mbox msg tnef"},
    {NameKind::image, "avif bmp emf gif heic heif ico jfif jpe jpeg jpg png tif tiff webp wmf"},
    {NameKind::media, "3gp aac amr avi flac m4a m4v mkv mov mp3 mp4 mpeg mpg oga ogg wav webm wma wmv"},
    {NameKind::text,
     "asc cer conf crt csv dat gpg ical ics ini json log md p7c p7m p7s pem pgp sig srt "
     "tsv txt vcf vcs yaml yml"},
    {NameKind::system,
     "action cdxml deskthemepack diagcab diagcfg diagpkg grp inf ins isp job mad maf mag "
     "mam maq mar mas mat mau mav maw mcf mda mdt mdw mdz msc prf printerexport reg rgs "
     "settingcontent-ms shb shs theme themepack udl vxd workflow"},
};

using enum FileType;
// Only endings whose files say what they are. Documents of an office are saved as one another, as pages and as text, and images are
// renamed to one another, all by honest programs.
constexpr std::array kWordLike = {word, ole_word, rtf,          html,         mhtml, flat_office,
                                  text, xml,      opendocument, locked_ooxml, ooxml, ole};
constexpr std::array kExcelLike = {excel, ole_excel,    html,         mhtml, flat_office, text,
                                   xml,   opendocument, locked_ooxml, ooxml, ole};
constexpr std::array kSlideLike = {powerpoint, ole_powerpoint, opendocument, locked_ooxml, ooxml, ole, mhtml};
constexpr std::array kPdfLike = {pdf};
constexpr std::array kZipLike = {zip, word, excel, powerpoint, ooxml,     opendocument, jar,
                                 apk, msix, epub,  xps,        seven_zip, rar};
constexpr std::array kRarLike = {rar, zip, seven_zip};
constexpr std::array kImageLike = {png, jpeg, gif, bmp, webp, tiff, ico, heif, emf, svg};
constexpr std::array kMediaLike = {audio, video};
constexpr std::array kTextLike = {text,        html,     xml,          calendar, card,          message,
                                  shell,       batch,    svg,          mhtml,    powershell,    registry,
                                  javascript,  vbscript, url_shortcut, pgp,      wsf,           desktop,
                                  certificate, webloc,   pkcs7,        autoit,   encoded_script};
constexpr std::array kPageLike = {html, xml, svg, mhtml, text, hta, wsf};
constexpr std::array kIsoLike = {iso, udf, disk, vhd, dmg};
constexpr std::array kOneLike = {onenote, cab};

struct FitList {
  std::string_view endings;
  std::span<const FileType> types;
};
constexpr FitList kFits[] = {
    {" doc docx dot dotx docm dotm rtf odt ", kWordLike},
    {" xls xlsx xlt xltx xlsm xltm xlsb ods csv ", kExcelLike},
    {" ppt pptx pps ppsx pptm ppsm pot potx odp ", kSlideLike},
    {" pdf ", kPdfLike},
    {" zip ", kZipLike},
    {" rar 7z ", kRarLike},
    {" png jpg jpeg jpe jfif gif bmp webp tif tiff ico heic heif ", kImageLike},
    {" mp3 wav m4a ogg flac wma mp4 m4v mov avi mkv webm wmv mpg mpeg ", kMediaLike},
    {" txt log md ", kTextLike},
    {" html htm shtml xhtml mht mhtml svg ", kPageLike},
    {" iso img ", kIsoLike},
    {" one ", kOneLike},
};

// The first that lists it decides.
boost::unordered_flat_map<std::string_view, NameKind> kinds_by_ending() {
  boost::unordered_flat_map<std::string_view, NameKind> out;
  for (const auto& endings : kEndings)
    for (const auto ending : base::split(endings.list, ' '))
      if (!ending.empty()) out.emplace(ending, endings.kind);
  return out;
}

bool lists(std::string_view list, std::string_view ending) {
  for (auto at = list.find(ending); at != std::string_view::npos; at = list.find(ending, at + 1))
    if (at > 0 && list[at - 1] == ' ' && at + ending.size() < list.size() && list[at + ending.size()] == ' ')
      return true;
  return false;
}

// Without a path, what follows a NUL, and what Windows drops at the end.
std::string_view plain_name(std::string_view name) {
  name = name.substr(0, name.find('\0'));
  if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos)
    name.remove_prefix(slash + 1);
  while (!name.empty() && (name.back() == '.' || name.back() == ' ' || name.back() == '\t'))
    name.remove_suffix(1);
  return name;
}

bool is_blank(char32_t c) {
  return c == ' ' || c == '\t' || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f ||
         c == 0x205f || c == 0x2800 || c == 0x3000 || c == 0x3164;
}

template <class Wanted>
bool has_character(std::string_view name, Wanted wanted) {
  if (std::ranges::all_of(name, [](char c) { return c >= ' ' && c < 0x7f; })) return false;
  while (!name.empty()) {
    const auto c = base::decode_utf8(name);
    if (c.length != 0 && wanted(c.value)) return true;
    name.remove_prefix(std::max<std::size_t>(c.length, 1));
  }
  return false;
}

}  // namespace

std::string_view to_string(NameKind kind) { return kKindNames[static_cast<std::size_t>(kind)]; }

std::string ending_of(std::string_view name) {
  name = plain_name(name);
  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos || dot + 1 == name.size() || name.size() - dot - 1 > kMaxEnding)
    return {};
  auto out = base::lower(name.substr(dot + 1));
  // What shows nothing does not change what the ending is to a person; to a computer it is another one.
  if (std::ranges::any_of(out, [](char c) { return c == ' '; })) return {};
  return out;
}

NameKind kind_of_ending(std::string_view ending) {
  if (ending.empty()) return NameKind::none;
  static const auto kKinds = kinds_by_ending();
  const auto found = kKinds.find(ending);
  return found == kKinds.end() ? NameKind::other : found->second;
}

NameKind kind_of_name(std::string_view name) { return kind_of_ending(ending_of(name)); }

bool is_dangerous(NameKind kind) {
  return kind == NameKind::executable || kind == NameKind::script || kind == NameKind::shortcut ||
         kind == NameKind::add_in || kind == NameKind::system || kind == NameKind::help;
}

bool leads_outside(std::string_view name) {
  name = name.substr(0, name.find('\0'));
  if (name.size() > 2 && base::is_alpha(name[0]) && name[1] == ':' && (name[2] == '\\' || name[2] == '/'))
    return true;
  // How many folders down; above where it began is outside.
  std::ptrdiff_t depth = 0;
  while (!name.empty()) {
    const auto end = std::min(name.find_first_of("/\\"), name.size());
    const auto part = name.substr(0, end);
    name.remove_prefix(std::min(end + 1, name.size()));
    if (part == "..")
      --depth;
    else if (!part.empty() && part != ".")
      ++depth;
    if (depth < 0) return true;
  }
  return false;
}

bool has_double_ending(std::string_view name) {
  name = plain_name(name);
  const auto last = kind_of_name(name);
  if (!is_dangerous(last) && last != NameKind::web_page && last != NameKind::disk_image) return false;
  const auto dot = name.rfind('.');
  auto rest = name.substr(0, dot);
  while (!rest.empty() && (rest.back() == ' ' || rest.back() == '_')) rest.remove_suffix(1);
  const auto before = kind_of_name(rest);
  return before == NameKind::document || before == NameKind::macro_document || before == NameKind::image ||
         before == NameKind::media || before == NameKind::text;
}

bool is_padded(std::string_view name) {
  name = name.substr(0, name.find('\0'));
  std::size_t blanks = 0;
  while (!name.empty()) {
    const auto c = base::decode_utf8(name);
    if (c.length != 0 && is_blank(c.value)) {
      ++blanks;
    } else {
      if (blanks >= kBlanksOfPadding) return true;
      if (blanks >= kBlanksBeforeEnding && name.starts_with('.') && kind_of_name(name) != NameKind::none)
        return true;
      blanks = 0;
    }
    name.remove_prefix(std::max<std::size_t>(c.length, 1));
  }
  return false;
}

bool has_bidi(std::string_view name) {
  return has_character(
      name, [](char32_t c) { return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069); });
}

bool has_hidden(std::string_view name) {
  return has_character(name, [](char32_t c) {
    return c < ' ' || c == 0x7f || c == 0xad || c == 0x200b || (c >= 0x2060 && c <= 0x2064) || c == 0xfeff ||
           (c >= 0xe0000 && c <= 0xe007f);
  });
}

bool fits(FileType type, std::string_view ending) {
  // What is encrypted keeps the name of what it will be again.
  if (type == FileType::unknown || type == FileType::pgp || type == FileType::empty || ending.empty())
    return true;
  const auto found =
      std::ranges::find_if(kFits, [&](const FitList& fit) { return lists(fit.endings, ending); });
  return found == std::end(kFits) || std::ranges::find(found->types, type) != found->types.end();
}

bool fits_declared(FileType type, std::string_view declared) {
  if (type == FileType::unknown || type == FileType::empty || type == FileType::pgp || declared.empty())
    return true;
  const auto is_one_of = [type](std::span<const FileType> types) {
    return std::ranges::find(types, type) != types.end();
  };
  if (declared == "application/pdf") return is_one_of(kPdfLike);
  if (declared.starts_with("image/")) return is_one_of(kImageLike);
  if (declared.starts_with("audio/") || declared.starts_with("video/")) return is_one_of(kMediaLike);
  if (declared == "text/html") return is_one_of(kPageLike);
  if (declared == "text/plain" || declared == "text/csv") return is_one_of(kTextLike);
  if (declared == "application/zip" || declared == "application/x-zip-compressed") return is_one_of(kZipLike);
  if (declared == "application/msword" || declared.ends_with("wordprocessingml.document"))
    return is_one_of(kWordLike);
  if (declared == "application/vnd.ms-excel" || declared.ends_with("spreadsheetml.sheet"))
    return is_one_of(kExcelLike);
  return true;
}

}  // namespace rampart::guard::files
