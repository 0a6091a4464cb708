// A name server for tests: real sockets on loopback, scripted answers, in the test's own io_context.
//
//   StubDns server(io, [](const StubQuery& query) { return reply_to(query).add(...).bytes(); });
//
// What a script returns is sent as it is; an empty string is no reply at all.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "dns/wire.h"
#include "net/resolvers.h"

namespace rampart::net {

struct StubQuery {
  std::string packet;
  dns::Name name;
  dns::RrType type{};
  bool tcp = false;
  bool recursion_desired = false;
  bool edns = false;
  int number = 0;  // how many questions the server got before this one
};

class StubReply {
 public:
  explicit StubReply(const StubQuery& query, unsigned code = 0) {
    bytes_ = dns::build_query(0, query.name, query.type, {.edns = false});
    bytes_[0] = query.packet[0];
    bytes_[1] = query.packet[1];
    bytes_[2] = static_cast<char>(0x81);
    bytes_[3] = static_cast<char>(0x80U | code);
  }
  StubReply& flag(std::size_t octet, unsigned bits) {
    bytes_[octet] = static_cast<char>(static_cast<unsigned char>(bytes_[octet]) | bits);
    return *this;
  }
  StubReply& truncated() { return flag(2, 2); }
  StubReply& authoritative() { return flag(2, 4); }
  StubReply& authentic() { return flag(3, 0x20); }
  // `section` 0 answer, 1 authority. Names in the data are uncompressed wire form.
  StubReply& add(const dns::Name& owner, dns::RrType type, const std::string& rdata, unsigned ttl = 300,
                 std::size_t section = 0) {
    const auto put16 = [this](unsigned value) {
      bytes_ += static_cast<char>(value >> 8);
      bytes_ += static_cast<char>(value);
    };
    bytes_ += wire(owner);
    put16(static_cast<unsigned>(type));
    put16(1);
    put16(ttl >> 16);
    put16(ttl & 0xffff);
    put16(static_cast<unsigned>(rdata.size()));
    bytes_ += rdata;
    ++counts_[section];
    bytes_[7 + 2 * section] = static_cast<char>(counts_[section]);
    return *this;
  }
  StubReply& txt(const dns::Name& owner, const std::string& text, unsigned ttl = 300) {
    std::string rdata;
    for (std::size_t at = 0; at == 0 || at < text.size(); at += 255) {
      const auto part = text.substr(at, 255);
      rdata += static_cast<char>(part.size());
      rdata += part;
    }
    return add(owner, dns::RrType::txt, rdata, ttl);
  }
  StubReply& cname(const dns::Name& owner, const dns::Name& target, unsigned ttl = 300) {
    return add(owner, dns::RrType::cname, wire(target), ttl);
  }
  StubReply& soa(const dns::Name& zone, unsigned minimum = 60, unsigned ttl = 300) {
    std::string rdata = wire(zone) + wire(zone) + std::string(16, '\0');
    rdata += {0, 0, static_cast<char>(minimum >> 8), static_cast<char>(minimum)};
    return add(zone, dns::RrType::soa, rdata, ttl, 1);
  }
  [[nodiscard]] std::string bytes() const { return bytes_; }
  static std::string wire(const dns::Name& name) { return std::string(name.wire()) + '\0'; }

 private:
  std::string bytes_;
  std::array<unsigned, 2> counts_{};
};

class StubDns {
 public:
  using Script = std::function<std::string(const StubQuery&)>;

  // `tcp` false: nothing listens there, connections are refused.
  StubDns(boost::asio::io_context& io, Script script, bool tcp = true)
      : script_(std::move(script)), udp_(io), acceptor_(io) {
    using boost::asio::ip::tcp;
    using boost::asio::ip::udp;
    const auto loopback = boost::asio::ip::make_address("127.0.0.1");
    udp_.open(udp::v4());
    acceptor_.open(tcp::v4());
    // A port that is free for both.
    for (boost::system::error_code taken = boost::asio::error::address_in_use; taken;) {
      acceptor_.bind({loopback, 0}, taken);
      const auto port = acceptor_.local_endpoint().port();
      udp_.bind({loopback, port}, taken);
      if (!taken) break;
      acceptor_.close();
      acceptor_.open(tcp::v4());
    }
    endpoint_ = {*base::IpAddress::parse("127.0.0.1"), udp_.local_endpoint().port()};
    receive();
    if (tcp) {
      acceptor_.listen();
      accept();
    } else {
      acceptor_.close();
    }
  }
  StubDns(const StubDns&) = delete;
  StubDns& operator=(const StubDns&) = delete;

  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }
  [[nodiscard]] int questions() const { return questions_; }
  void stop() {
    boost::system::error_code ignored;
    udp_.close(ignored);
    acceptor_.close(ignored);
  }
  // The reply leaves later; for tests of late replies.
  void delay(std::chrono::milliseconds by) { delay_ = by; }

 private:
  std::string answer(std::string packet, bool tcp) {
    StubQuery query{.packet = std::move(packet), .tcp = tcp, .number = questions_++};
    const auto message = dns::Message::parse(query.packet);
    const auto name = message ? message->name_at(12) : std::nullopt;
    if (!name) return {};
    query.name = *name;
    const std::size_t type_at = 12 + name->wire().size() + 1;
    query.type = static_cast<dns::RrType>(static_cast<unsigned char>(query.packet[type_at]) << 8 |
                                          static_cast<unsigned char>(query.packet[type_at + 1]));
    query.recursion_desired = (query.packet[2] & 1) != 0;
    query.edns = message->has_edns();
    return script_(query);
  }

  void receive() {
    udp_.async_receive_from(boost::asio::buffer(buffer_), peer_,
                            [this](const boost::system::error_code& error, std::size_t size) {
                              if (error) return;
                              reply(answer(std::string(buffer_.data(), size), false), peer_);
                              receive();
                            });
  }
  void reply(const std::string& bytes, const boost::asio::ip::udp::endpoint& to) {
    if (bytes.empty()) return;
    if (delay_.count() == 0) {
      udp_.send_to(boost::asio::buffer(bytes), to);
      return;
    }
    auto timer = std::make_shared<boost::asio::steady_timer>(udp_.get_executor(), delay_);
    timer->async_wait([this, timer, bytes, to](const boost::system::error_code& error) {
      if (!error) udp_.send_to(boost::asio::buffer(bytes), to);
    });
  }

  struct Connection {
    explicit Connection(boost::asio::ip::tcp::socket accepted) : socket(std::move(accepted)) {}
    boost::asio::ip::tcp::socket socket;
    std::array<unsigned char, 2> length{};
    std::string packet;
  };
  void accept() {
    acceptor_.async_accept(
        [this](const boost::system::error_code& error, boost::asio::ip::tcp::socket socket) {
          if (error) return;
          serve(std::make_shared<Connection>(std::move(socket)));
          accept();
        });
  }
  void serve(const std::shared_ptr<Connection>& connection) {
    boost::asio::async_read(connection->socket, boost::asio::buffer(connection->length),
                            [this, connection](const boost::system::error_code& error, std::size_t) {
                              if (error) return;
                              connection->packet.resize(connection->length[0] * 256U + connection->length[1]);
                              boost::asio::async_read(
                                  connection->socket, boost::asio::buffer(connection->packet),
                                  [this, connection](const boost::system::error_code& failed, std::size_t) {
                                    if (!failed) respond(connection);
                                  });
                            });
  }
  void respond(const std::shared_ptr<Connection>& connection) {
    const std::string bytes = answer(connection->packet, true);
    if (bytes.empty()) return;  // closes
    const std::string framed =
        std::string{static_cast<char>(bytes.size() >> 8), static_cast<char>(bytes.size())} + bytes;
    boost::asio::write(connection->socket, boost::asio::buffer(framed));
    serve(connection);
  }

  Script script_;
  boost::asio::ip::udp::socket udp_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::ip::udp::endpoint peer_;
  std::array<char, 4096> buffer_{};
  Endpoint endpoint_;
  int questions_ = 0;
  std::chrono::milliseconds delay_{0};
};

}  // namespace rampart::net
