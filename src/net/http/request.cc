// The one file that knows Boost.Beast, and it only as a parser over bytes: its streams take minutes to compile.
#include "net/http/request.h"

#include <algorithm>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"

namespace rampart::net::http {

namespace beast = boost::beast;
using base::ErrorKind;
using base::Result;

namespace {

std::optional<char> hex_digit(char c) {
  if (base::is_digit(c)) return static_cast<char>(c - '0');
  const char low = base::to_lower(c);
  if (low < 'a' || low > 'f') return std::nullopt;
  return static_cast<char>(low - 'a' + 10);
}

std::unexpected<base::Error> too_large(std::string_view what) {
  return base::fail(ErrorKind::unavailable, fmt::format("the {} of the request is too large", what));
}

std::optional<std::string> decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
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

std::optional<Parameters> parse_query(std::string_view query) {
  Parameters out;
  if (query.empty()) return out;
  for (const auto part : base::split(query, '&')) {
    if (part.empty()) continue;
    const auto equals = std::min(part.find('='), part.size());
    auto name = decode(part.substr(0, equals));
    auto value = decode(part.substr(std::min(equals + 1, part.size())));
    if (!name || !value) return std::nullopt;
    out.emplace_back(*std::move(name), *std::move(value));
  }
  return out;
}

struct RequestReader::Parser {
  beast::http::request_parser<beast::http::string_body> http;
  std::string held;  // bytes that it has not taken
  Head head;
  bool told = false;       // the head was handed over
  bool may = false;        // the body may come
  std::uint64_t most = 0;  // octets of it

  Parser() {
    http.header_limit(kMaxHead);
    http.body_limit(boost::none);  // set before any of it is read
  }

  // False: it needs more bytes. What it takes of a head it takes whole.
  Result<bool> put() {
    boost::system::error_code error;
    const auto taken = http.put(boost::asio::buffer(held), error);
    held.erase(0, taken);
    if (error == beast::http::error::need_more) {
      // Beast takes a head whole or not at all, and checks its limit only against what is complete.
      if (!http.is_header_done() && held.size() > kMaxHead) return too_large("head");
      return false;
    }
    if (error == beast::http::error::header_limit) return too_large("head");
    if (error == beast::http::error::body_limit) return too_large("body");
    if (error) return base::fail(ErrorKind::input, "this is no HTTP request: " + error.message());
    return true;
  }

  Result<> read_head() {
    const auto& message = http.get();
    if (message.version() != 11 && message.version() != 10)
      return base::fail(ErrorKind::input, "this is no HTTP/1.1");
    head.method = message.method_string();
    const std::string_view target(message.target().data(), message.target().size());
    const auto mark = std::min(target.find('?'), target.size());
    head.path = target.substr(0, mark);
    head.query = target.substr(std::min(mark + 1, target.size()));
    if (!head.path.starts_with('/')) return base::fail(ErrorKind::input, "its target is no path");
    for (const auto& field : message) {
      if (head.fields.size() == kMaxFields)
        return base::fail(ErrorKind::unavailable, "the request has too many fields");
      head.fields.emplace_back(std::string(field.name_string()), std::string(field.value()));
    }
    const auto count = [&](std::string_view name) {
      return std::ranges::count_if(head.fields,
                                   [&](const auto& one) { return base::iequals(one.first, name); });
    };
    // RFC 9112 section 6.3: a request of two lengths is how one is smuggled within another. Beast's reader of chunks ends the
    // program on some of them (seeds of request_fuzz), so none is let near it.
    if (count("Transfer-Encoding") != 0)
      return base::fail(ErrorKind::input, "its body comes in chunks: Content-Length is needed");
    if (count("Content-Length") > 1)
      return base::fail(ErrorKind::input, "how long its body is is said twice");
    if (message.version() == 11 && count("Host") != 1)
      return base::fail(ErrorKind::input, "it names no host, or several");
    head.keep_alive = http.keep_alive();
    head.awaits_word = base::iequals(head.find("Expect").value_or(""), "100-continue");
    if (const auto length = http.content_length()) head.length = *length;
    return {};
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
    if (parser.told && !parser.may) return Stage::more;
    // Beast checks a length that is said when it reads the head, at which time nobody has said what is too much.
    if (parser.told && parser.head.length.value_or(0) > parser.most) return too_large("body");
    if (parser.http.is_done()) return Stage::whole;
    if (parser.held.empty() || !TRY(parser.put())) return Stage::more;
  }
}

const Head& RequestReader::head() const { return parser_->head; }

void RequestReader::take_body(std::uint64_t limit) {
  parser_->most = limit;
  parser_->http.body_limit(limit);
  parser_->http.eager(true);
  parser_->may = true;
}

std::string RequestReader::body() { return std::move(parser_->http.get().body()); }

bool RequestReader::begun() const { return parser_->told || !parser_->held.empty(); }

void RequestReader::next() {
  auto held = std::move(parser_->held);
  parser_ = std::make_unique<Parser>();
  parser_->held = std::move(held);
}

Response error_response(unsigned status, std::string_view what, std::string_view where) {
  std::string body;
  base::JsonWriter json(body);
  json.begin_object().member("schema", "rampart.error/1").member("error", what);
  if (!where.empty()) json.member("where", where);
  json.end_object();
  return {.status = status, .body = body + "\n"};
}

std::string format(const Response& response, bool last, bool head_only) {
  const auto reason = beast::http::obsolete_reason(beast::http::int_to_status(response.status));
  auto out = fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n"
      "X-Content-Type-Options: nosniff\r\n",
      response.status, std::string_view(reason.data(), reason.size()), response.type, response.body.size());
  for (const auto& [name, value] : response.fields) out += fmt::format("{}: {}\r\n", name, value);
  out += last ? "Connection: close\r\n\r\n" : "\r\n";
  if (!head_only) out += response.body;
  return out;
}

}  // namespace rampart::net::http
