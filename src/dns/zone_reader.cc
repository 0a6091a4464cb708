#include "dns/zone_reader.h"

#include <memory>

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"

extern "C" {
#include <libzscanner/scanner.h>
}

namespace rampart::dns {
namespace {

using base::ErrorKind;

constexpr std::uint16_t kClassIn = 1;

// What relative names are appended to when nothing says what the origin is. No real name ends like this, so
// one that does was relative.
const Name& missing_origin() {
  static const Name name = *Name::parse(R"(\000no-origin)");
  return name;
}

std::string_view view(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

// The text of the scanner's own errors for what people get wrong most, with the way out.
std::string hint_for(int code) {
  switch (code) {
    case ZS_BAD_TTL:
    case ZS_BAD_NUMBER:
    case ZS_BAD_TIME_UNIT:
      return "write a number of seconds, or use the units s, m, h, d, w";
    case ZS_BAD_IPV4:
      return "an A record holds four numbers, as in 192.0.2.1";
    case ZS_BAD_TEXT_CHAR:
    case ZS_BAD_TEXT:
      return "put the text in double quotes, closed on the same line";
    case ZS_BAD_ORIGIN:
    case ZS_BAD_INCLUDE_ORIGIN:
      return "write the origin as a full name with a final dot";
    case ZS_UNSUPPORTED_TYPE:
      return "check the type; the class, if any, is IN";
    case ZS_UNCLOSED_MULTILINE:
      return "close the parenthesis";
    case ZS_BAD_DNAME_CHAR:
    case ZS_DNAME_OVERFLOW:
    case ZS_LABEL_OVERFLOW:
      return "labels have at most 63 characters, names 253; a final dot ends a full name";
    default:
      return "compare the line with RFC 1035 section 5";
  }
}

// --- RDATA to canonical data ---

std::optional<Name> whole_name(std::string_view rdata) {
  return rdata.ends_with('\0') ? Name::from_wire(rdata) : std::nullopt;
}

// TXT: the character-strings joined into `out`; their number, or nothing when the lengths do not fit.
std::optional<std::uint16_t> join_strings(std::string_view rdata, std::string& out) {
  std::uint16_t count = 0;
  while (!rdata.empty()) {
    const auto length = static_cast<std::uint8_t>(rdata[0]);
    if (rdata.size() < 1U + length) return std::nullopt;
    out += rdata.substr(1, length);
    rdata.remove_prefix(1U + length);
    ++count;
  }
  return count == 0 ? std::nullopt : std::optional(count);
}

// SOA with both names lower case (rr.h).
bool canonical_soa(std::string_view rdata, std::string& out) {
  const auto soa = parse_soa(rdata);
  if (!soa) return false;
  out.append(soa->mname.wire()) += '\0';
  out.append(soa->rname.wire()) += '\0';
  out += rdata.substr(rdata.size() - 20);
  return true;
}

// Fills `out` and `record` (all but its data). False when the data is not of the type's shape: the scanner
// checks its own forms, but RFC 3597's \# may hold anything.
bool canonical(std::string_view rdata, ZoneRecord& record, std::string& out) {
  out.clear();
  switch (record.type) {
    case static_cast<std::uint16_t>(RrType::ns):
    case static_cast<std::uint16_t>(RrType::cname):
    case static_cast<std::uint16_t>(RrType::ptr):
    case kDname: {
      const auto target = whole_name(rdata);
      if (target) out = target->wire();
      return target.has_value();
    }
    case static_cast<std::uint16_t>(RrType::mx): {
      const auto target = rdata.size() < 3 ? std::nullopt : whole_name(rdata.substr(2));
      if (!target) return false;
      record.preference = static_cast<std::uint16_t>(static_cast<std::uint8_t>(rdata[0]) << 8 |
                                                     static_cast<std::uint8_t>(rdata[1]));
      out = target->wire();
      return true;
    }
    case static_cast<std::uint16_t>(RrType::txt): {
      const auto strings = join_strings(rdata, out);
      record.strings = strings.value_or(0);
      return strings.has_value();
    }
    case static_cast<std::uint16_t>(RrType::soa):
      return canonical_soa(rdata, out);
    default:
      break;
  }
  out = rdata;
  switch (record.type) {
    case static_cast<std::uint16_t>(RrType::a):
      return rdata.size() == 4;
    case static_cast<std::uint16_t>(RrType::aaaa):
      return rdata.size() == 16;
    case static_cast<std::uint16_t>(RrType::ds):
      return parse_ds(rdata).has_value();
    case static_cast<std::uint16_t>(RrType::tlsa):
      return parse_tlsa(rdata).has_value();
    case static_cast<std::uint16_t>(RrType::caa):  // flags, tag length, tag: RFC 8659 section 4.1
      return rdata.size() >= 2 && rdata[1] != 0 && rdata.size() >= 2U + static_cast<std::uint8_t>(rdata[1]);
    default:
      return true;
  }
}

// --- the scanner ---

struct CloseScanner {
  void operator()(zs_scanner_t* scanner) const {
    zs_deinit(scanner);
    delete scanner;
  }
};
using Scanner = std::unique_ptr<zs_scanner_t, CloseScanner>;

// Never with zs_set_processing and zs_parse_all: that mode opens whatever $INCLUDE names.
Scanner open_scanner(const Name& origin, std::uint32_t ttl) {
  auto scanner = Scanner(new zs_scanner_t);  // 200 KB: never on the stack
  const std::string text = origin.is_root() ? "." : origin.text() + ".";
  if (zs_init(scanner.get(), text.c_str(), kClassIn, ttl) != 0) return nullptr;
  return scanner;
}

constexpr std::size_t kMaxColumnSearch =
    1024;  // bytes of a line in which a fault's column is looked for; our own

// Asks a scanner again and again about the beginnings of one line.
class SecondOpinion {
 public:
  explicit SecondOpinion(const zs_scanner_t& state)
      : state_(state), scanner_(open_scanner(Name(), state.default_ttl)) {}

  // The verdict over a line, with the origin, TTL and previous owner that `state` has.
  int verdict(std::string_view line) {
    if (!scanner_) return ZS_ENOMEM;
    zs_deinit(scanner_.get());
    if (zs_init(scanner_.get(), ".", kClassIn, state_.default_ttl) != 0 ||
        zs_set_input_string(scanner_.get(), line.data(), line.size()) != 0)
      return ZS_ENOMEM;
    std::copy_n(state_.zone_origin, state_.zone_origin_length, scanner_->zone_origin);
    scanner_->zone_origin_length = state_.zone_origin_length;
    std::copy_n(state_.r_owner, state_.r_owner_length, scanner_->r_owner);
    scanner_->r_owner_length = state_.r_owner_length;
    zs_parse_record(scanner_.get());
    return scanner_->error.code;
  }

 private:
  const zs_scanner_t& state_;
  Scanner scanner_;
};

// Where in `line` the fault is, from 1. The scanner skips the rest of a faulty line before it speaks, and
// does not say where it stumbled; but cut before that place the line is sound, or wrong in another way. 1
// when the fault is not of this line alone.
std::size_t column_of_fault(const zs_scanner_t& broken, std::string_view line) {
  if (line.empty() || line.size() > kMaxColumnSearch) return 1;
  SecondOpinion scanner(broken);
  if (scanner.verdict(line) != broken.error.code) return 1;
  std::size_t length = line.size();
  while (length > 0 && scanner.verdict(line.substr(0, length - 1)) == broken.error.code) --length;
  return std::max<std::size_t>(length, 1);
}

class Reader {
 public:
  Reader(std::string folder, const ZoneSink& sink, const ZoneLimits& limits)
      : folder_(std::move(folder)), sink_(sink), limits_(limits) {}

  // `relative` is the file below folder_; its folder is where its own includes are looked for.
  base::Result<> read_file(const std::string& relative, const Name& origin, std::uint32_t ttl,
                           unsigned depth) {
    const std::string text = TRY(base::read_beneath(folder_, relative, limits_.max_bytes - bytes_));
    return read(text, folder_ + "/" + relative, relative, origin, ttl, depth);
  }

  base::Result<> read(std::string_view text, const std::string& name, const std::string& relative,
                      const Name& origin, std::uint32_t ttl, unsigned depth) {
    bytes_ += text.size();
    const Scanner scanner = open_scanner(origin, ttl);
    if (!scanner || zs_set_input_string(scanner.get(), text.data(), text.size()) != 0)
      return base::fail(ErrorKind::internal, "the zone scanner cannot be set up", name);
    const Place place{text, name, relative, depth};
    for (;;) {
      if (zs_parse_record(scanner.get()) != 0) return broken(*scanner, place);
      switch (scanner->state) {
        case ZS_STATE_DATA:
          if (auto done = take(*scanner, name); !done) return done;
          break;
        case ZS_STATE_INCLUDE:
          if (auto done = include(*scanner, place); !done) return done;
          break;
        case ZS_STATE_EOF:
          return {};
        default:
          return broken(*scanner, place);
      }
    }
  }

 private:
  struct Place {
    std::string_view text;
    const std::string& name;
    const std::string& relative;
    unsigned depth;
  };

  static base::Result<> broken(const zs_scanner_t& scanner, const Place& place) {
    // After the end of the text the scanner reads a line end of its own.
    const bool inside = scanner.input.start == place.text.data();
    const auto end =
        inside ? static_cast<std::size_t>(scanner.input.current - scanner.input.start) : place.text.size();
    auto line = place.text.substr(0, end);
    line.remove_prefix(line.rfind('\n') + 1);
    return base::fail(ErrorKind::input, zs_strerror(scanner.error.code),
                      fmt::format("{}:{}:{}", base::printable(place.name), scanner.line_counter,
                                  column_of_fault(scanner, line)),
                      hint_for(scanner.error.code));
  }

  base::Result<> take(const zs_scanner_t& scanner, const std::string& name) {
    ZoneRecord record;
    record.file = name;
    record.line = scanner.line_counter;
    record.type = scanner.r_type;
    record.ttl = scanner.r_ttl;
    const auto error = [&](std::string what, std::string hint) {
      return base::fail(ErrorKind::input, std::move(what), location(record), std::move(hint));
    };
    if (++records_ > limits_.max_records)
      return error(fmt::format("the zone has more than {} records", limits_.max_records),
                   "check that this is the right file");
    const auto owner = Name::from_wire(view(scanner.r_owner, scanner.r_owner_length));
    if (!owner) return error("the record's name is not a valid one", hint_for(ZS_DNAME_OVERFLOW));
    record.owner = *owner;
    if (!canonical(view(scanner.r_data, scanner.r_data_length), record, data_))
      return error("the record's data does not have the form of its type",
                   "write it in its type's own form rather than as \\# bytes");
    record.data = data_;
    if (owner->is_within(missing_origin()) || data_.find(missing_origin().wire()) != std::string::npos)
      return error("a relative name, and nothing says what it is relative to",
                   "add $ORIGIN at the top, as in `$ORIGIN ministry.example.`, or name the file "
                   "ministry.example.zone");
    return sink_(record);
  }

  base::Result<> include(const zs_scanner_t& scanner, const Place& place) {
    const std::string where = fmt::format("{}:{}:1", base::printable(place.name), scanner.line_counter);
    std::string_view target(scanner.include_filename);
    if (target.starts_with("./")) target.remove_prefix(2);  // the scanner writes it before a relative name
    const auto error = [&](std::string what, std::string hint) {
      return base::fail(ErrorKind::input, std::move(what), where, std::move(hint));
    };
    if (folder_.empty()) return error("$INCLUDE cannot be used here", "write the records themselves");
    if (place.depth >= limits_.max_include_depth)
      return error(fmt::format("$INCLUDE is nested more than {} deep", limits_.max_include_depth),
                   "check for a file that includes itself");
    if (++includes_ > limits_.max_includes)
      return error(fmt::format("more than {} files are included", limits_.max_includes),
                   "check for files that include each other");
    // The scanner leaves the origin, the directive's or the current one, in `buffer`.
    const auto origin = Name::try_parse(reinterpret_cast<const char*>(scanner.buffer));
    if (!origin) return error("the origin of $INCLUDE is not a name", "end it with a dot");
    const auto slash = place.relative.rfind('/');
    const std::string relative =
        (target.starts_with('/') || slash == std::string::npos ? "" : place.relative.substr(0, slash + 1)) +
        std::string(target);
    auto done = read_file(relative, *origin, scanner.default_ttl, place.depth + 1);
    if (!done && done.error().where.find(':') == std::string::npos) {
      // The file could not be read at all: say which line wanted it.
      auto& broken = done.error();
      return error(fmt::format("cannot include {}: {}", base::printable(target), broken.what), broken.hint);
    }
    return done;
  }

  std::string folder_;  // empty: no files
  const ZoneSink& sink_;
  const ZoneLimits& limits_;
  std::size_t bytes_ = 0;
  std::size_t records_ = 0;
  unsigned includes_ = 0;
  std::string data_;
};

}  // namespace

std::string location(const ZoneRecord& record) {
  return fmt::format("{}:{}", base::printable(record.file), record.line);
}

std::optional<Name> origin_of_file_name(std::string_view path) {
  auto name = path.substr(path.rfind('/') + 1);
  if (name.ends_with(".zone")) {
    name.remove_suffix(5);
  } else if (name.ends_with(".db")) {
    name.remove_suffix(3);
  } else if (name.starts_with("db.")) {
    name.remove_prefix(3);
  } else {
    return std::nullopt;
  }
  return Name::try_parse(name);
}

base::Result<> read_zone_file(const std::string& path, const ZoneSink& sink, const ZoneLimits& limits) {
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  const std::string file = path.substr(slash == std::string::npos ? 0 : slash + 1);
  Reader reader(folder, sink, limits);
  return reader.read_file(file, origin_of_file_name(file).value_or(missing_origin()), kDefaultZoneTtl, 0);
}

base::Result<> read_zone_text(std::string_view text, const std::string& name,
                              const std::optional<Name>& origin, const ZoneSink& sink,
                              const ZoneLimits& limits) {
  if (text.size() > limits.max_bytes)
    return base::fail(ErrorKind::input, fmt::format("the zone has more than {} bytes", limits.max_bytes),
                      name);
  Reader reader({}, sink, limits);
  return reader.read(text, name, name, origin.value_or(missing_origin()), kDefaultZoneTtl, 0);
}

}  // namespace rampart::dns
