#include "net/resolver_exam.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <random>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fmt/format.h>

namespace rampart::net {
namespace {

using dns::Message;
using dns::Name;
using dns::RrType;

constexpr int kTries = 3;
constexpr std::size_t kLetters = 16;
constexpr std::string_view kFix = "ask another: --resolver 9.9.9.9";

bool holds(const Message& message, RrType type, dns::Section section) {
  return std::ranges::any_of(message.records(), [&](const dns::WireRecord& record) {
    return record.section == section && record.type == static_cast<std::uint16_t>(type);
  });
}

enum class Said : std::uint8_t { nothing, failure, no_name, no_data, records };

Said read(const std::string& packet, RrType type) {
  const auto message = packet.empty() ? std::nullopt : Message::parse(packet);
  if (!message) return Said::nothing;
  if (message->rcode() == dns::rcode::kNxDomain) return Said::no_name;
  if (message->rcode() != dns::rcode::kNoError) return Said::failure;
  const bool any =
      holds(*message, type, dns::Section::answer) || holds(*message, RrType::cname, dns::Section::answer);
  return any ? Said::records : Said::no_data;
}

// Whether the reply tells the root of the internet; nothing when it tells no root at all. Only a good answer
// shows a root of its own.
std::optional<bool> is_internet_root(const Message& message) {
  if (message.rcode() != dns::rcode::kNoError || !holds(message, RrType::ns, dns::Section::answer))
    return std::nullopt;
  const Name operators = *Name::try_parse("root-servers.net");
  dns::RecordData data;
  return std::ranges::any_of(message.records(), [&](const dns::WireRecord& record) {
    if (record.type != static_cast<std::uint16_t>(RrType::ns)) return false;
    if (!dns::read_data(message, record, RrType::ns, data)) return false;
    const auto target = Name::from_wire(data.data);
    return target && target->is_within(operators);
  });
}

void judge_invented(ResolverNotes& notes, const ExamReplies& replies) {
  auto& distrust = notes.distrust;
  for (const auto& [a_packet, txt_packet] : replies.invented) {
    const Said a = read(a_packet, RrType::a);
    const Said txt = read(txt_packet, RrType::txt);
    if (a == Said::records) notes.rewrites_nxdomain = distrust.addresses = true;
    if (txt == Said::records) notes.rewrites_nxdomain = distrust.records = true;
    if (a == Said::no_data || (a == Said::records && txt == Said::no_data)) {
      notes.rewrites_nxdomain = distrust.no_data = true;
    }
    if (a == Said::no_name && (txt == Said::no_data || txt == Said::failure)) {
      notes.strips_txt = distrust.no_data = true;
    }
  }
  if (notes.rewrites_nxdomain) {
    distrust.reason = "rewrites NXDOMAIN";
    notes.messages.push_back(fmt::format(
        "resolver {} rewrites NXDOMAIN: it answers for names that do not exist, so its {} are not believed; "
        "{}",
        notes.resolver.text(),
        distrust.records ? "records" : (distrust.addresses ? "addresses" : "empty answers"), kFix));
  }
  if (notes.strips_txt) {
    distrust.reason += distrust.reason.empty() ? "strips TXT" : " and strips TXT";
    notes.messages.push_back(
        fmt::format("resolver {} strips TXT: it does not answer questions for TXT as it answers others, so "
                    "that a missing "
                    "record proves nothing; {}",
                    notes.resolver.text(), kFix));
  }
}

// Whether any of the invented names was answered at all.
bool tells_invented(const ExamReplies& replies) {
  const auto tells = [](const std::string& packet, RrType type) {
    const Said said = read(packet, type);
    return said != Said::nothing && said != Said::failure;
  };
  return std::ranges::any_of(replies.invented, [&](const ExamReplies::Invented& invented) {
    return tells(invented.a, RrType::a) || tells(invented.txt, RrType::txt);
  });
}

void judge_view(ResolverNotes& notes, const ExamReplies& replies, const Name& domain) {
  const auto soa = Message::parse(replies.domain_soa);
  if (!soa || !soa->authoritative() || read(replies.domain_soa, RrType::soa) != Said::records) return;
  // A server that offers no recursion is no resolver: who asks it asks for what it holds.
  if (!soa->recursion_available()) {
    notes.messages.push_back(
        fmt::format("resolver {} offers no recursion: what it says of {} is what this server holds of it",
                    notes.resolver.text(), domain.text()));
    return;
  }
  notes.private_view = true;
  notes.distrust.own_zone = domain;
  notes.distrust.reason += fmt::format("{}serves its own copy of {} (a private view)",
                                       notes.distrust.reason.empty() ? "" : " and ", domain.text());
  notes.messages.push_back(
      fmt::format("resolver {} serves its own copy of {}, which need not be what the internet sees; {}",
                  notes.resolver.text(), domain.text(), kFix));
}

std::string random_letters() {
  std::random_device device;
  std::uniform_int_distribution<int> letter('a', 'z');
  std::string out(kLetters, ' ');
  for (char& c : out) c = static_cast<char>(letter(device));
  return out;
}

// The questions to all resolvers, under way. Shared by the handlers of its packets and timers.
class Exam : public std::enable_shared_from_this<Exam> {
 public:
  Exam(boost::asio::io_context& io, LiveProvider& provider, const ExamOptions& options,
       std::function<void(std::vector<ResolverNotes>)> done)
      : io_(io), provider_(provider), options_(options), done_(std::move(done)) {}

  void start() {
    const auto& servers = provider_.resolvers();
    replies_.resize(servers.size());
    std::vector<Name> invented;
    for (const Name& above : {options_.public_suffix, *Name::try_parse("com")}) {
      if (auto name = above.prepend(random_letters())) invented.push_back(*name);
    }
    waiting_ = 1;  // until all are sent
    for (std::size_t i = 0; i < servers.size(); ++i) {
      auto& replies = replies_[i];
      replies.invented.resize(invented.size());
      for (std::size_t n = 0; n < invented.size(); ++n) {
        ask(servers[i], invented[n], RrType::a, replies.invented[n].a);
        ask(servers[i], invented[n], RrType::txt, replies.invented[n].txt);
      }
      ask(servers[i], Name(), RrType::ns, replies.root_ns);
      ask(servers[i], options_.domain, RrType::soa, replies.domain_soa);
    }
    boost::asio::post(io_, [self = shared_from_this()] { self->answered(); });
  }

 private:
  struct Task {
    std::shared_ptr<Server> server;
    Name name;
    RrType type;
    std::string* reply;
    boost::asio::steady_timer timer;
    int tries = 0;
    bool done = false;
  };
  using TaskPtr = std::shared_ptr<Task>;  // shared by its packets' handlers and its timer's

  void ask(const std::shared_ptr<Server>& server, const Name& name, RrType type, std::string& reply) {
    ++waiting_;
    attempt(std::make_shared<Task>(Task{server, name, type, &reply, boost::asio::steady_timer(io_)}));
  }

  void attempt(const TaskPtr& task) {
    if (task->done) return;
    if (task->tries++ == kTries) return end(task);
    task->timer.expires_after(options_.try_for);
    task->timer.async_wait([self = shared_from_this(), task](const boost::system::error_code& error) {
      if (!error) self->attempt(task);
    });
    // A failed delivery waits for the timer too: a pause before the next try.
    task->server->transport->send_udp(
        dns::build_query(0, task->name, task->type),
        [self = shared_from_this(), task](Delivery delivery, std::string_view packet) {
          if (delivery != Delivery::reply || task->done) return;
          *task->reply = packet;
          self->end(task);
        });
  }

  void end(const TaskPtr& task) {
    task->done = true;
    task->timer.cancel();
    answered();
  }

  void answered() {
    if (--waiting_ > 0) return;
    std::vector<ResolverNotes> notes;
    for (std::size_t i = 0; i < replies_.size(); ++i) {
      notes.push_back(judge_resolver(provider_.resolvers()[i]->endpoint, replies_[i], options_.domain,
                                     options_.authoritative));
      if (notes.back().distrust.any()) provider_.distrust(notes.back().resolver, notes.back().distrust);
    }
    boost::asio::post(
        io_, [done = std::move(done_), notes = std::move(notes)]() mutable { done(std::move(notes)); });
  }

  boost::asio::io_context& io_;
  LiveProvider& provider_;
  ExamOptions options_;
  std::function<void(std::vector<ResolverNotes>)> done_;
  std::vector<ExamReplies> replies_;
  std::size_t waiting_ = 0;
};

}  // namespace

ResolverNotes judge_resolver(const Endpoint& resolver, const ExamReplies& replies, const Name& domain,
                             bool authoritative) {
  ResolverNotes notes{.resolver = resolver};
  const auto note = [&](const std::string& packet) {
    const auto message = packet.empty() ? std::nullopt : Message::parse(packet);
    if (!message) return;
    notes.reachable = true;
    notes.edns = notes.edns || message->has_edns();
  };
  note(replies.root_ns);
  note(replies.domain_soa);
  for (const auto& [a, txt] : replies.invented) note(a), note(txt);
  if (!notes.reachable) {
    notes.messages.push_back(fmt::format("resolver {} does not answer; {}", resolver.text(),
                                         "check its address, or " + std::string(kFix)));
    return notes;
  }
  const auto root = Message::parse(replies.root_ns);
  const auto internet = root ? is_internet_root(*root) : std::nullopt;
  notes.ad = root && root->authentic();
  notes.private_root = internet == false;
  if (!notes.edns) {
    notes.messages.push_back(
        fmt::format("resolver {} does not speak EDNS: long answers come over TCP, slowly", resolver.text()));
  }
  if (authoritative) {
    notes.messages.push_back(
        fmt::format("resolver {} is not examined: with --authoritative it only finds the zones' servers",
                    resolver.text()));
  } else if (notes.private_root) {
    notes.messages.push_back(
        fmt::format("resolver {} is not examined: it has a root of its own", resolver.text()));
  } else {
    // A root that is not told, or not at all, excuses nothing: a resolver that refuses one question is no
    // better for it.
    judge_invented(notes, replies);
    judge_view(notes, replies, domain);
    if (!tells_invented(replies)) {
      notes.messages.push_back(fmt::format(
          "resolver {} could not be examined: it answers nothing about names that do not exist; {}",
          resolver.text(), kFix));
    }
  }
  return notes;
}

void examine_resolvers(boost::asio::io_context& io, LiveProvider& provider, const ExamOptions& options,
                       std::function<void(std::vector<ResolverNotes>)> done) {
  std::make_shared<Exam>(io, provider, options, std::move(done))->start();
}

}  // namespace rampart::net
