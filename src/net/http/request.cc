// The one file that knows Boost.Beast, and it only as a parser over bytes: its streams take minutes to compile.
#include "net/http/request.h"

#include <algorithm>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <fmt/format.h>

#include "base/ip.h"
#include "base/text.h"

namespace rampart::net::http {

namespace beast = boost::beast;
using base::ErrorKind;
using base::Result;

namespace {

constexpr std::size_t kMaxHost = 253;  // octets of a name (RFC 1035 section 2.3.4, without its final dot)

std::optional<char> hex_digit(char c) {
  if (base::is_digit(c)) return static_cast<char>(c - '0');
  const char low = base::to_lower(c);
  if (low < 'a' || low > 'f') return std::nullopt;
  return static_cast<char>(low - 'a' + 10);
}

// `space`: a "+" stands for it.
std::optional<std::string> decode(std::string_view text, bool space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += space && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    const auto high = hex_digit(text[i + 1]);
    const auto low = hex_digit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    out += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return out;
}

}  // namespace

std::optional<std::string_view> Head::find(std::string_view name) const {
  std::optional<std::string_view> out;
  for (const auto& [field, value] : fields) {
    if (!base::iequals(field, name)) continue;
    if (out) return std::nullopt;
    out = value;
  }
  return out;
}

std::optional<std::string_view> Head::cookie(std::string_view name) const {
  std::optional<std::string_view> out;
  for (const auto& [field, value] : fields) {
    if (!base::iequals(field, "Cookie")) continue;
    for (const auto pair : base::split(value, ';')) {
      const auto one = base::trim(pair);
      const auto equals = one.find('=');
      if (equals == std::string_view::npos || one.substr(0, equals) != name) continue;
      if (out) return std::nullopt;
      out = one.substr(equals + 1);
      if (out->size() >= 2 && out->starts_with('"') && out->ends_with('"'))
        out = out->substr(1, out->size() - 2);
    }
  }
  return out;
}

std::optional<Parameters> parse_query(std::string_view query) {
  Parameters out;
  if (query.empty()) return out;
  for (const auto part : base::split(query, '&')) {
    if (part.empty()) continue;
    const auto equals = std::min(part.find('='), part.size());
    auto name = decode(part.substr(0, equals), true);
    auto value = decode(part.substr(std::min(equals + 1, part.size())), true);
    if (!name || !value) return std::nullopt;
    out.emplace_back(*std::move(name), *std::move(value));
  }
  return out;
}

std::optional<std::string> decode_path(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  std::string out;
  if (path.find('%') == std::string_view::npos) {
    out = path;
  } else {
    for (std::size_t at = path.find('%'); at != std::string_view::npos; at = path.find('%', at + 1))
      if (base::iequals(path.substr(at, 3), "%2F")) return std::nullopt;
    auto decoded = decode(path, false);
    if (!decoded) return std::nullopt;
    out = *std::move(decoded);
  }
  if (out.find_first_of(std::string_view("\0\\", 2)) != std::string::npos || !base::is_utf8(out))
    return std::nullopt;
  for (std::size_t begin = 1; begin <= out.size();) {
    const auto end = std::min(out.find('/', begin), out.size());
    const auto segment = std::string_view(out).substr(begin, end - begin);
    if (segment == "." || segment == "..") return std::nullopt;
    begin = end + 1;
  }
  return out;
}

std::optional<Authority> parse_authority(std::string_view text) {
  Authority out;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    const auto address = base::IpAddress::parse(text.substr(1, end - 1));
    if (!address || address->is_v4()) return std::nullopt;
    out.host = address->text();
    text.remove_prefix(end + 1);
  } else {
    const auto end = std::min(text.find(':'), text.size());
    out.host = base::lower(text.substr(0, end));
    // A name's final dot changes nothing of whom it names.
    if (out.host.size() > 1 && out.host.ends_with('.')) out.host.pop_back();
    const auto fits = [](char c) { return base::is_alnum(c) || c == '-' || c == '.' || c == '_'; };
    if (out.host.empty() || out.host.size() > kMaxHost || !std::ranges::all_of(out.host, fits))
      return std::nullopt;
    if (out.host.starts_with('.') || out.host.find("..") != std::string::npos || out.host.ends_with('.'))
      return std::nullopt;
    text.remove_prefix(end);
  }
  if (text.empty() || text == ":") return out;
  const auto port = text.starts_with(':') ? base::parse_number(text.substr(1)) : std::nullopt;
  if (!port || *port == 0 || *port > 65535) return std::nullopt;
  out.port = static_cast<std::uint16_t>(*port);
  return out;
}

struct RequestReader::Parser {
  beast::http::request_parser<beast::http::empty_body>
      http;          // of the head alone: the body is taken as it comes
  std::string held;  // bytes that were not taken yet
  Head head;
  bool told = false;       // the head was handed over
  bool may = false;        // the body may come
  std::uint64_t most = 0;  // octets of it
  std::string body;
  std::optional<base::Spool> spool;
  std::uint64_t taken = 0;  // octets of the body
  unsigned status = 400;

  Parser() {
    http.header_limit(kMaxHead);
    http.body_limit(boost::none);
  }

  std::unexpected<base::Error> refuse(unsigned why, std::string what) {
    status = why;
    return base::fail(why == 413 || why == 431 ? ErrorKind::unavailable
                      : why == 507             ? ErrorKind::io
                                               : ErrorKind::input,
                      std::move(what));
  }
  std::unexpected<base::Error> large_head() { return refuse(431, "the head of the request is too large"); }

  // False: it needs more bytes. What it takes of a head it takes whole.
  Result<bool> put() {
    boost::system::error_code error;
    const auto used = http.put(boost::asio::buffer(held), error);
    held.erase(0, used);
    if (error == beast::http::error::need_more) {
      // Beast takes a head whole or not at all, and checks its limit only against what is complete.
      if (!http.is_header_done() && held.size() > kMaxHead) return large_head();
      return false;
    }
    if (error == beast::http::error::header_limit) return large_head();
    if (error) return refuse(400, "this is no HTTP request: " + error.message());
    return true;
  }

  // The fields of which one that comes twice, or is of a kind that we do not read, makes a request that can be read in two ways.
  Result<> read_framing() {
    std::size_t hosts = 0;
    std::size_t lengths = 0;
    for (const auto& [name, value] : head.fields) {
      // RFC 9112 section 6.3: a request of two lengths is how one is smuggled within another. Beast's reader of chunks ends the
      // program on some of them (seeds of request_fuzz), so none is let near it.
      if (base::iequals(name, "Transfer-Encoding")) {
        return refuse(base::iequals(base::trim(value), "chunked") ? 411 : 501,
                      "its body comes in chunks: Content-Length is needed");
      }
      if (base::iequals(name, "Content-Length") && ++lengths > 1)
        return refuse(400, "how long its body is is said twice");
      if (base::iequals(name, "Host") && ++hosts > 1) return refuse(400, "it names several hosts");
      if (base::iequals(name, "Expect")) {
        head.awaits_word = base::iequals(base::trim(value), "100-continue");
        if (!head.awaits_word) return refuse(417, "what it expects is not known here");
      }
    }
    if (hosts == 0 && http.get().version() == 11) return refuse(400, "it names no host");
    if (const auto length = http.content_length()) head.length = *length;
    return {};
  }

  Result<> read_target(std::string_view target) {
    head.authority = base::lower(base::trim(head.find("Host").value_or("")));
    if (!head.authority.empty()) {
      auto authority = parse_authority(head.authority);
      if (!authority) return refuse(400, "its Host is none");
      head.host = std::move(authority->host);
    }
    // RFC 9112 section 3.2.2: the whole address, as a proxy is asked. The two names have to agree, so that nobody reads another than we do.
    for (const std::string_view scheme : {"http://", "https://"}) {
      if (!base::istarts_with(target, scheme)) continue;
      target.remove_prefix(scheme.size());
      const auto end = std::min(target.find_first_of("/?"), target.size());
      if (!base::iequals(target.substr(0, end), head.authority))
        return refuse(400, "its target is of another host than it names");
      target.remove_prefix(end);
      if (!target.starts_with('/')) return refuse(400, "its target is no path");
      break;
    }
    const auto mark = std::min(target.find('?'), target.size());
    head.query = target.substr(std::min(mark + 1, target.size()));
    if (!target.starts_with('/')) return refuse(400, "its target is no path");
    auto path = decode_path(target.substr(0, mark));
    if (!path) return refuse(400, "its path can be read in several ways");
    head.path = *std::move(path);
    return {};
  }

  Result<> read_head() {
    const auto& message = http.get();
    if (message.version() != 11 && message.version() != 10) return refuse(505, "this is no HTTP/1.1");
    head.method = message.method_string();
    // TRACE shows a script what it may not see (RFC 9110 section 9.3.8); CONNECT is a proxy's.
    if (head.method == "TRACE" || head.method == "CONNECT")
      return refuse(501, "its method is not answered here");
    head.fields.reserve(16);
    for (const auto& field : message) {
      if (head.fields.size() == kMaxFields) return refuse(431, "the request has too many fields");
      head.fields.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    TRY(read_framing());
    TRY(read_target({message.target().data(), message.target().size()}));
    head.keep_alive = http.keep_alive();
    return {};
  }

  // Whether all of the body is there.
  Result<bool> take() {
    const auto left = head.length.value_or(0) - taken;
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(left, held.size()));
    const auto piece = std::string_view(held).substr(0, size);
    if (!spool) {
      body += piece;
    } else if (const auto put = spool->append(piece); !put) {
      status = 507;
      return std::unexpected(put.error());
    }
    held.erase(0, size);
    taken += size;
    return size == left;
  }
};

RequestReader::RequestReader() : parser_(std::make_unique<Parser>()) {}
RequestReader::~RequestReader() = default;
RequestReader::RequestReader(RequestReader&&) noexcept = default;
RequestReader& RequestReader::operator=(RequestReader&&) noexcept = default;

void RequestReader::feed(std::string_view bytes) { parser_->held += bytes; }

Result<RequestReader::Stage> RequestReader::advance() {
  auto& parser = *parser_;
  for (;;) {
    if (parser.http.is_header_done() && !parser.told) {
      TRY(parser.read_head());
      parser.told = true;
      return Stage::head;
    }
    if (parser.told) {
      if (!parser.may) return Stage::more;
      if (parser.head.length.value_or(0) > parser.most)
        return parser.refuse(413, "the body of the request is too large");
      return TRY(parser.take()) ? Stage::whole : Stage::more;
    }
    if (parser.held.empty() || !TRY(parser.put())) return Stage::more;
  }
}

const Head& RequestReader::head() const { return parser_->head; }
Head& RequestReader::head() { return parser_->head; }
unsigned RequestReader::status() const { return parser_->status; }

void RequestReader::take_body(std::uint64_t limit, std::optional<base::Spool> spool) {
  parser_->most = limit;
  parser_->spool = std::move(spool);
  parser_->may = true;
}

std::string RequestReader::body() { return std::move(parser_->body); }
base::Spool RequestReader::spooled() { return *std::move(parser_->spool); }

bool RequestReader::begun() const { return parser_->told || !parser_->held.empty(); }

void RequestReader::next() {
  auto held = std::move(parser_->held);
  parser_ = std::make_unique<Parser>();
  parser_->held = std::move(held);
}

}  // namespace rampart::net::http
