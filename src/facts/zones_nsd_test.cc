// The answers of facts::Zones against those of NSD, which serves the same files on a loopback port. The test
// plays the resolver: it follows a CNAME that leaves a zone, and takes a referral as "outside".
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "facts/zones.h"

namespace rampart::facts {
namespace {

using dns::Name;
using dns::RrType;

constexpr const char* kNsd = "/usr/sbin/nsd";

int udp_socket(std::uint16_t& port) {  // bound to, or connected to, 127.0.0.1:port
  const int file = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (port == 0) {
    socklen_t size = sizeof address;
    if (::bind(file, plain, size) != 0 || ::getsockname(file, plain, &size) != 0) std::abort();
    port = ntohs(address.sin_port);
  } else if (::connect(file, plain, sizeof address) != 0) {
    std::abort();
  }
  const timeval patience{.tv_sec = 1, .tv_usec = 0};
  ::setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return file;
}

// NSD on a free port with the zone files of a folder; gone with the object.
class Nsd {
 public:
  explicit Nsd(const std::vector<std::pair<std::string, std::string>>& zones) {
    std::string pattern = (std::filesystem::temp_directory_path() / "rampart-nsd-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    ::close(udp_socket(port_));
    std::ofstream conf(folder_ + "/nsd.conf");
    conf << fmt::format(
        "server:\nip-address: 127.0.0.1\nport: {0}\nusername: \"\"\nchroot: \"\"\ndatabase: \"\"\nzonesdir: "
        "\"{1}\"\n"
        "pidfile: \"{1}/pid\"\nxfrdfile: \"{1}/xfrd\"\nxfrdir: \"{1}\"\nzonelistfile: "
        "\"{1}/list\"\nserver-count: 1\n"
        "rrl-ratelimit: 0\nremote-control:\ncontrol-enable: no\n",
        port_, folder_);
    for (const auto& [origin, text] : zones) {
      std::ofstream(folder_ + "/" + origin + ".zone") << text;
      conf << fmt::format("zone:\nname: \"{0}\"\nzonefile: \"{0}.zone\"\n", origin);
    }
    conf.close();
    const std::string path = folder_ + "/nsd.conf";
    process_ = ::fork();
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGTERM);
      const std::string log = folder_ + "/log";
      if (std::freopen(log.c_str(), "w", stderr) == nullptr) ::_exit(126);
      ::execl(kNsd, kNsd, "-d", "-c", path.c_str(), nullptr);
      ::_exit(127);
    }
    socket_ = udp_socket(port_);
  }
  Nsd(const Nsd&) = delete;
  Nsd& operator=(const Nsd&) = delete;
  ~Nsd() {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
    ::close(socket_);
    std::filesystem::remove_all(folder_);
  }

  // The reply to one question; empty when none came.
  std::string ask(const Name& name, RrType type) {
    std::string query("\0\0\0\0\0\1\0\0\0\0\0\1", 12);  // one question, one additional record: EDNS
    query[1] = static_cast<char>(++id_);
    query += std::string(name.wire()) + '\0';
    query += {'\0', '\0', '\0', '\1', '\0', '\0', '\x29', '\x0f', '\xa0', '\0', '\0', '\0', '\0', '\0', '\0'};
    const auto at = 12 + name.wire().size() + 1;
    query[at] = static_cast<char>(static_cast<unsigned>(type) >> 8U);
    query[at + 1] = static_cast<char>(static_cast<unsigned>(type) & 255U);
    if (::send(socket_, query.data(), query.size(), 0) < 0) return {};
    for (;;) {
      std::string reply(4096, '\0');
      const auto size = ::recv(socket_, reply.data(), reply.size(), 0);
      if (size < 12) return {};
      reply.resize(static_cast<std::size_t>(size));
      if (reply[1] == query[1]) return reply;
    }
  }

  bool ready(const Name& apex) {
    for (int i = 0; i < 500; ++i) {
      const auto reply = ask(apex, RrType::soa);
      if (!reply.empty() && (reply[3] & 15) == 0) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

 private:
  std::string folder_;
  std::uint16_t port_ = 0;
  pid_t process_ = -1;
  int socket_ = -1;
  std::uint8_t id_ = 0;
};

Name name_at(const ns_msg& message, const unsigned char* at, int* length = nullptr) {
  unsigned char wire[NS_MAXCDNAME];
  const int used = ns_name_unpack(ns_msg_base(message), ns_msg_end(message), at, wire, sizeof wire);
  if (used < 0) return {};
  if (length != nullptr) *length = used;
  std::size_t size = 0;
  while (wire[size] != 0) size += 1U + wire[size];
  return *Name::from_wire({reinterpret_cast<const char*>(wire), size});
}

// What a resolver makes of NSD's replies, in the same words as describe() below.
class Resolver {
 public:
  Resolver(Nsd& server, const Name& name, RrType type)
      : server_(server), name_(name), builder_(name, type), type_(type) {}

  AnswerPtr run() {
    while (step()) {
    }
    builder_.set_ttl(ttl_ == ~0U ? 0 : ttl_);
    return builder_.build();
  }

 private:
  // Whether the chain goes on with another question.
  bool step() {
    const std::string reply = server_.ask(name_, type_);
    ns_msg message{};
    if (reply.empty() || ns_initparse(reinterpret_cast<const unsigned char*>(reply.data()),
                                      static_cast<int>(reply.size()), &message) != 0)
      return unknown(Why::malformed);
    const int rcode = ns_msg_getflag(message, ns_f_rcode);
    if (rcode == 5) return unknown(Why::outside);
    if (rcode == 6) return unknown(Why::rcode);
    bool found = false;
    bool moved = false;
    for (int i = 0; i < ns_msg_count(message, ns_s_an); ++i) {
      ns_rr rr{};
      if (ns_parserr(&message, ns_s_an, i, &rr) != 0) return unknown(Why::malformed);
      if (ns_rr_type(rr) == dns::kDname) continue;  // the CNAME made of it stands beside it
      ttl_ = std::min(ttl_, static_cast<std::uint32_t>(ns_rr_ttl(rr)));
      if (ns_rr_type(rr) == static_cast<int>(type_)) {
        add(message, rr);
        found = true;
      } else if (ns_rr_type(rr) == static_cast<int>(RrType::cname)) {
        name_ = name_at(message, ns_rr_rdata(rr));
        builder_.add_alias(name_);
        if (!visited_.insert(name_).second || visited_.size() > 20) return unknown(Why::cname_loop);
        moved = true;
      }
    }
    if (found) return false;
    bool negative = false;
    for (int i = 0; i < ns_msg_count(message, ns_s_ns); ++i) {
      ns_rr rr{};
      if (ns_parserr(&message, ns_s_ns, i, &rr) != 0) return unknown(Why::malformed);
      if (ns_rr_type(rr) == static_cast<int>(RrType::soa)) {
        negative = true;
        ttl_ = std::min(ttl_, static_cast<std::uint32_t>(ns_rr_ttl(rr)));
      } else if (ns_rr_type(rr) == static_cast<int>(RrType::ns) && !moved) {
        if (type_ != RrType::ns || !owner_is_ours(message)) return unknown(Why::outside);
        add(message, rr);  // the NS records of the cut itself are in the referral
        ttl_ = std::min(ttl_, static_cast<std::uint32_t>(ns_rr_ttl(rr)));
        found = true;
      }
    }
    if (negative) builder_.set_presence(rcode == 3 ? Presence::no_name : Presence::no_data);
    return moved && !negative && !found;
  }

  bool owner_is_ours(const ns_msg& message) {
    // The owner of the first authority record, straight from the message: ns_rr_name() is text.
    const unsigned char* at = message._sections[ns_s_ns];
    return name_at(message, at) == name_;
  }

  void add(const ns_msg& message, const ns_rr& rr) {
    const auto* data = ns_rr_rdata(rr);
    const std::string_view bytes(reinterpret_cast<const char*>(data), ns_rr_rdlen(rr));
    switch (type_) {
      case RrType::ns:
      case RrType::cname:
      case RrType::ptr:
        builder_.add_target(name_at(message, data), static_cast<std::uint32_t>(ns_rr_ttl(rr)));
        break;
      case RrType::mx:
        builder_.add_target(name_at(message, data + 2), static_cast<std::uint32_t>(ns_rr_ttl(rr)),
                            static_cast<std::uint16_t>(data[0] << 8 | data[1]));
        break;
      case RrType::soa: {
        int used = 0;
        std::string soa = std::string(name_at(message, data, &used).wire()) + '\0';
        int more = 0;
        soa += std::string(name_at(message, data + used, &more).wire()) + '\0';
        soa += bytes.substr(static_cast<std::size_t>(used + more));
        builder_.add_record(soa, static_cast<std::uint32_t>(ns_rr_ttl(rr)));
        break;
      }
      case RrType::txt: {
        std::string joined;
        std::uint16_t count = 0;
        for (std::size_t at = 0; at < bytes.size(); at += 1U + static_cast<std::uint8_t>(bytes[at]), ++count)
          joined += bytes.substr(at + 1, static_cast<std::uint8_t>(bytes[at]));
        builder_.add_record(joined, static_cast<std::uint32_t>(ns_rr_ttl(rr)), 0, count);
        break;
      }
      default:
        builder_.add_record(bytes, static_cast<std::uint32_t>(ns_rr_ttl(rr)));
    }
  }

  bool unknown(Why why) {
    builder_.set_unknown(why, {});
    return false;
  }

  Nsd& server_;
  Name name_;
  AnswerBuilder builder_;
  RrType type_;
  std::uint32_t ttl_ = ~0U;
  std::set<Name> visited_;
};

// All that must be equal. Of the unknown only why: a resolver learns no TTL of it.
std::string describe(const Answer& answer) {
  if (answer.unknown()) return fmt::format("unknown {}", to_string(answer.why()));
  std::string out = fmt::format("{} ttl {}", to_string(answer.presence()), answer.ttl());
  for (const auto& alias : answer.aliases()) out += " >" + alias.text();
  for (const auto& record : answer.records()) {
    out += fmt::format(" [{} {} {} {}]", record.preference, record.strings, record.ttl,
                       base::printable(answer.data(record)));
  }
  return out;
}

std::string long_txt() {
  std::string out = "long TXT";
  for (int i = 0; i < 4; ++i) out += " \"" + std::string(255, static_cast<char>('a' + i)) + "\"";
  return out + "\n";
}

const std::vector<std::pair<std::string, std::string>>& nasty_zones() {
  static const std::vector<std::pair<std::string, std::string>> zones = {
      {"example", R"($ORIGIN example.
$TTL 3600
@ 1800 SOA ns.Example. hm 1 2 3 4 120
@ NS ns
ns A 192.0.2.1
nasty NS ns
nasty DS 4711 13 2 0000000000000000000000000000000000000000000000000000000000000000
cut NS ns.cut
cut NS ns
ns.cut A 192.0.2.2
*.cut A 192.0.2.3
x.y.cut TXT "below the cut"
cut TXT "beside the cut"
into CNAME star.nasty
)"},
      {"nasty.example", R"($ORIGIN nasty.example.
$TTL 300
@ SOA ns.example. hm.example. 7 3600 600 86400 900
@ NS ns.example.
@ NS NS2.Example.
@ TXT "v=spf1 -all"
@ 60 TXT "another TTL"
@ TXT "v=spf1 -all"
@ MX 10 Mail
@ MX 5 mail2
@ MX 10 Star.x
Mail A 192.0.2.10
mail AAAA 2001:db8::10
mail2 CNAME mail
UPPER.Case TXT "Case Stays"
* TXT "star"
* MX 20 mail
*.one CNAME mail
*.loop CNAME x.loop
a.b.c TXT "deep"
*.c A 192.0.2.11
host.w TXT "host"
*.w TXT "w"
*.*.ww TXT "two stars"
below.*.e TXT "under a star"
sub.*.w2 A 192.0.2.12
*.w2 TXT "w2"
a\.dot TXT "a dot inside"
a\032space TXT "a space"
\000null TXT "\000\255\"q\\"
esc\\slash TXT "x"
semi\;colon TXT "a;b"
t1 TXT "" "a" ""
t2 TXT ( "one"
    two ) ; comment
l1 CNAME l2
l2 CNAME l1
self CNAME self
gone CNAME nothing.here.w
starred CNAME any.thing
away CNAME ns.example.
out CNAME www.elsewhere.test.
cutoff CNAME x.cut.example.
child NS ns.child
ns.child A 192.0.2.20
child DS 1 13 2 1111111111111111111111111111111111111111111111111111111111111111
sec NS ns.example.
dn DNAME target.example.
dn TXT "beside a DNAME"
dn2 DNAME w
dnl DNAME a-target-that-is-quite-long-so-that.names-grow-when-they-are-renamed.example.
_25._tcp.mail TLSA 3 1 1 2222222222222222222222222222222222222222222222222222222222222222
caa CAA 0 issue "ca.example"
caa CAA 128 iodef "mailto:a@b"
ptr PTR Some.Host.Example.
srv SRV 1 2 3 mail
gen TYPE65280 \# 3 010203
_dmarc TXT "v=DMARC1; p=reject"
)" + long_txt()},
  };
  return zones;
}

std::vector<Name> questions_for(const Zones& zones) {
  std::set<Name> names;
  const auto add = [&](const std::optional<Name>& name) {
    if (name) names.insert(*name);
  };
  for (const auto& [origin, text] : nasty_zones()) {
    EXPECT_TRUE(dns::read_zone_text(text, origin, {}, [&](const dns::ZoneRecord& record) -> base::Result<> {
      for (Name name = record.owner; !name.is_root(); name = name.parent()) {
        add(name);
        add(name.prepend("x"));
        add(name.prepend("*"));
        add(name.prepend("deep.er"));
        add(name.prepend("x.*"));
        add(name.prepend(R"(\000\.)"));
        if (name.label_count() > 1) add(name.parent().prepend("zz"));
      }
      return {};
    }));
  }
  std::string longest;
  for (int i = 0; i < 100; ++i) longest += "y.";
  add(Name::try_parse(longest + "dnl.nasty.example"));
  add(Name::try_parse(longest + "dn.nasty.example"));
  EXPECT_GT(names.size(), 300U);
  EXPECT_NE(zones.zone_of(*names.begin()), &*zones.zone_of(Name()));
  return {names.begin(), names.end()};
}

TEST(ZonesNsd, SaysWhatNsdSays) {
  if (!std::filesystem::exists(kNsd)) GTEST_SKIP() << "nsd is not installed";
  Zones zones;
  for (const auto& [origin, text] : nasty_zones()) {
    const auto done = zones.add_text(text, origin);
    ASSERT_TRUE(done) << done.error().message();
  }
  Nsd server(nasty_zones());
  ASSERT_TRUE(server.ready(*Name::parse("nasty.example")));
  int compared = 0;
  for (const auto& name : questions_for(zones)) {
    for (const auto type : {RrType::a, RrType::ns, RrType::cname, RrType::soa, RrType::ptr, RrType::mx,
                            RrType::txt, RrType::aaaa, RrType::ds, RrType::tlsa, RrType::caa}) {
      const auto ours = zones.resolve(name, type);
      // Nobody but the parent answers DS; NSD without the parent says NODATA, and we say that we cannot know.
      if (type == RrType::ds && name.label_count() <= 1) continue;
      const auto theirs = Resolver(server, name, type).run();
      EXPECT_EQ(describe(*ours.answer), describe(*theirs)) << dns::to_string(type) << " " << name.text();
      ++compared;
    }
  }
  EXPECT_GT(compared, 3000);
}

}  // namespace
}  // namespace rampart::facts
