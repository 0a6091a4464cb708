#include "cli/event_tail.h"

#include <array>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/json.h"
#include "base/text.h"
#include "crypto/ids.h"
#include "net/http/event_reader.h"
#include "net/resolvers.h"

namespace rampart::cli {

namespace asio = boost::asio;
using asio::ip::tcp;
using base::ErrorKind;
using base::Result;
using boost::system::error_code;

namespace {

constexpr std::size_t kMaxAnswerHead = std::size_t{16} << 10;  // octets

std::unexpected<base::Error> lost(const base::Endpoint& place, const std::string& why) {
  return base::fail(ErrorKind::unavailable, why, fmt::format("http://{}", place.text()),
                    "see that the guard runs, and answers there: guard.http_listen");
}

}  // namespace

struct EventTail::Line {
  asio::io_context io{1};
  tcp::socket socket{io};
  std::array<char, 16 << 10> buffer{};
  std::string head;  // until it is whole
  bool streams = false;
  net::http::EventReader reader;
};

Result<base::Endpoint> parse_guard_url(std::string_view text) {
  constexpr std::string_view kScheme = "http://";
  constexpr std::string_view kLocalhost = "localhost:";
  const auto refuse = [&](std::string_view why) {
    return base::fail(ErrorKind::usage,
                      fmt::format("\"{}\" is no address of a guard: {}", base::excerpt(text, 100), why),
                      "--url", "such as http://127.0.0.1:8892: what guard.http_listen says, behind http://");
  };
  if (text.starts_with("https://")) return refuse("a guard answers without TLS, http:// on this machine");
  if (!text.starts_with(kScheme)) return refuse("it begins with http://");
  auto rest = text.substr(kScheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find_first_of("/?#") != std::string_view::npos)
    return refuse("nothing stands behind its port, as what is asked for there is known");
  const auto place = base::parse_endpoint(rest.starts_with(kLocalhost)
                                              ? fmt::format("127.0.0.1:{}", rest.substr(kLocalhost.size()))
                                              : std::string(rest),
                                          0);
  if (!place) return refuse("the machine is named by its number, such as 127.0.0.1 or [::1], and a port");
  if (place->port == 0) return refuse("its port is missing");
  if (!net::is_loopback(place->address))
    return base::fail(
        ErrorKind::usage, "is another machine, and the token would go there in the clear", "--url",
        "run it where the guard is, or through a tunnel of ssh: ssh -L 8892:127.0.0.1:8892 HOST");
  return *place;
}

EventTail::EventTail(base::Endpoint place, crypto::Secret token, std::chrono::seconds back)
    : place_(place), token_(std::move(token)), back_(back) {}
EventTail::~EventTail() = default;

Result<> EventTail::connect() {
  auto line = std::make_unique<Line>();
  error_code error;
  line->socket.connect({asio::ip::make_address(place_.address.text()), place_.port}, error);
  if (error) return lost(place_, fmt::format("nobody answers: {}", error.message()));
  auto request =
      fmt::format("GET /api/v1/events?back={} HTTP/1.1\r\nHost: {}\r\nAccept: text/event-stream\r\n",
                  back_.count(), place_.text());
  if (!last_id_.empty()) request += fmt::format("Last-Event-ID: {}\r\n", last_id_);
  const std::array<asio::const_buffer, 3> pieces{asio::buffer(request),
                                                 asio::buffer(std::string_view("Authorization: Bearer ")),
                                                 asio::buffer(token_.view())};
  asio::write(line->socket, pieces, error);
  if (!error) asio::write(line->socket, asio::buffer(std::string_view("\r\n\r\n")), error);
  if (error) return lost(place_, fmt::format("the request was not taken: {}", error.message()));
  line_ = std::move(line);
  return {};
}

// The head of the answer, once it is there.
Result<> EventTail::take_head() {
  auto& head = line_->head;
  const auto end = head.find("\r\n\r\n");
  if (end == std::string::npos) {
    if (head.size() <= kMaxAnswerHead) return {};
    return lost(place_, "what answers there is no guard");
  }
  if (head.starts_with("HTTP/1.1 401 "))
    return base::fail(
        ErrorKind::usage, "the guard wants another token", "--token-file",
        "name the file of the guard's setting guard.api_token_file, which it read when it began");
  if (head.starts_with("HTTP/1.1 403 "))
    return base::fail(ErrorKind::usage, "the guard has no token, and tells nobody its events",
                      fmt::format("http://{}", place_.text()),
                      "set guard.api_token_file in the guard's configuration, and start it again");
  if (head.starts_with("HTTP/1.1 404 "))
    return base::fail(ErrorKind::usage, "what answers there tells no events", "--url",
                      "name a guard of this version");
  if (!head.starts_with("HTTP/1.1 200 "))
    return lost(place_,
                fmt::format("the guard answers: {}", base::printable(head.substr(0, head.find('\r')))));
  line_->streams = true;
  line_->reader.feed(std::string_view(head).substr(end + 4));
  head.clear();
  return {};
}

Result<> EventTail::read_some(std::chrono::steady_clock::time_point until) {
  std::optional<error_code> over;
  std::size_t got = 0;
  line_->socket.async_read_some(asio::buffer(line_->buffer), [&](const error_code& error, std::size_t size) {
    over = error;
    got = size;
  });
  line_->io.restart();
  line_->io.run_until(until);
  if (!over) {  // the time is over
    line_->socket.cancel();
    line_->io.restart();
    line_->io.run();
    if (got == 0) return {};
  } else if (*over) {
    return lost(place_, fmt::format("the connection is lost: {}", over->message()));
  }
  const std::string_view bytes(line_->buffer.data(), got);
  if (line_->streams) {
    line_->reader.feed(bytes);
    return {};
  }
  line_->head += bytes;
  return take_head();
}

Result<> EventTail::read(std::chrono::milliseconds time, bool until_live,
                         const std::function<void(std::string_view)>& take) {
  const auto until = std::chrono::steady_clock::now() + time;
  const auto pass = [&]() -> Result<> {
    if (!line_) TRY(connect());
    for (;;) {
      while (const auto event = line_->reader.next()) {
        if (event->type == "message") {
          if (crypto::is_id(event->id)) last_id_ = event->id;
          take(event->data);
        } else if (event->type == net::http::kTooLong) {
          if (crypto::is_id(event->id)) last_id_ = event->id;  // or it would come again, and again
          gap_ = "an event is longer than this program reads";
        } else if (event->type == "gap") {
          const auto value = base::parse_json(event->data, "gap");
          gap_ = value && value->is_object() ? base::text_member(value->get_object(), "why")
                                             : "events were lost";
        } else if (event->type == "live" && until_live) {
          return {};
        }
      }
      if (std::chrono::steady_clock::now() >= until) {
        if (until_live) return lost(place_, "the guard does not answer in time");
        return {};
      }
      TRY(read_some(until));
    }
  };
  auto passed = pass();
  if (!passed) line_.reset();
  return passed;
}

}  // namespace rampart::cli
