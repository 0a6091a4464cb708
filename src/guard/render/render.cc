#include "guard/render/render.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "guard/inspect/seen/look.h"
#include "guard/inspect/seen/part_text.h"
#include "guard/inspect/seen/wire.h"
#include "guard/inspect/signal/catalogue.h"
#include "guard/inspect/signal/collector.h"
#include "guard/inspect/url/flowed.h"
#include "guard/render/marks.h"
#include "mail/body_parts.h"
#include "mail/message.h"

namespace rampart::guard::render {
namespace {

constexpr std::string_view kMagic = "rampart render 1\n";

template <class Wire>
void fields(Wire& wire, std::vector<Mark>& marks) {
  wire.list(marks, kMaxMarks, [&](Mark& one) {
    wire.text(one.code, kMaxShownFact);
    wire.text(one.text, kMaxShownFact);
  });
}

std::string fact(std::string_view text) { return base::excerpt(text, kMaxShownFact); }

// What links are held against a message for, by what is odd about the URL itself (inspect/signal/link_signals.cc weighs it in its context).
struct OfFact {
  url::UrlFact fact;
  signal::Code code;
};
constexpr auto kOfFacts = std::to_array<OfFact>({
    {url::UrlFact::ip_host, signal::Code::link_ip_host},
    {url::UrlFact::odd_ip, signal::Code::link_odd_spelling},
    {url::UrlFact::user_like_host, signal::Code::link_user_info},
    {url::UrlFact::encoded_host, signal::Code::link_odd_spelling},
    {url::UrlFact::mapped_host, signal::Code::link_odd_spelling},
    {url::UrlFact::deceptive_label, signal::Code::link_lookalike},
    {url::UrlFact::confusable, signal::Code::link_lookalike},
    {url::UrlFact::embedded_domain, signal::Code::link_embedded_domain},
    {url::UrlFact::script_url, signal::Code::link_script},
});

struct OfWords {
  words::Kind kind;
  signal::Code code;
};
constexpr auto kOfWords = std::to_array<OfWords>({
    {words::Kind::payment_change, signal::Code::words_payment_change},
    {words::Kind::gift_card, signal::Code::words_gift_card},
    {words::Kind::credentials, signal::Code::words_credentials},
    {words::Kind::urgency, signal::Code::words_urgency},
    {words::Kind::account_threat, signal::Code::words_account_threat},
    {words::Kind::secrecy, signal::Code::words_secrecy},
    {words::Kind::extortion, signal::Code::words_extortion},
    {words::Kind::prize, signal::Code::words_prize},
    {words::Kind::parcel_fee, signal::Code::words_parcel_fee},
});

// What is odd in itself, whatever a policy made of it.
void add_own_marks(const Inspected& seen, std::vector<Mark>& marks) {
  const auto code = [](signal::Code code) { return signal::kind_of(code).code; };
  for (const auto& link : seen.links) {
    if (!link.is_followed() || link.is_in_attachment) continue;
    if (link.relation == url::ShownRelation::other_domain && !link.claimed_registered.empty()) {
      add_marks(marks, code(signal::Code::link_shown_elsewhere), link.claimed_host);
      add_marks(marks, code(signal::Code::link_shown_elsewhere), link.host);
    }
    for (const auto& one : kOfFacts)
      if (link.facts.has(one.fact))
        add_marks(marks, code(one.code), link.host.empty() ? link.url : link.host);
  }
  for (const auto& one : kOfWords)
    for (const auto& found : seen.words)
      if (found.kind == one.kind) add_marks(marks, code(one.code), found.phrase);
}

RenderedPart part_of(const SeenPart& seen) {
  RenderedPart out{.path = seen.path,
                   .type = fact(seen.type),
                   .name = fact(seen.name),
                   .charset = fact(seen.charset),
                   .sha256 = seen.sha256,
                   .size = seen.size,
                   .depth = seen.depth,
                   .is_attachment = seen.is_attachment,
                   .is_shown = false,
                   .found = {},
                   .rules = {},
                   .unseen = fact(seen.unseen)};
  signal::Collector collector;
  signal::find_signals_of_file(seen.file, seen.path, collector);
  for (const auto& one : collector.take())
    if (out.found.size() < kMaxFoundInPart)
      out.found.push_back(
          {.code = std::string(signal::kind_of(one.code).code), .evidence = fact(one.evidence)});
  for (const auto& rule : seen.rules)
    if (out.rules.size() < kMaxFoundInPart) out.rules.push_back(fact(rule));
  return out;
}

RenderedLink link_of(const SeenLink& seen) {
  RenderedLink out{.part = seen.part,
                   .kind = std::string(seen.source == LinkSource::html ? html::to_string(seen.kind)
                                                                       : to_string(seen.source)),
                   .text = fact(seen.text.empty() ? seen.alt : seen.text),
                   .target = seen.url,
                   .host = fact(seen.host),
                   .facts = {},
                   .claimed = {},
                   .count = seen.count,
                   .is_hidden = seen.is_hidden};
  if (seen.relation == url::ShownRelation::other_domain) out.claimed = fact(seen.claimed_host);
  for (std::size_t i = 0; i < url::kUrlFacts; ++i)
    if (const auto one = static_cast<url::UrlFact>(i); seen.facts.has(one))
      out.facts.emplace_back(url::to_string(one));
  return out;
}

class Maker {
 public:
  Maker(Rendering& out, std::vector<Mark>&& marks) : out_(out), marks_(std::move(marks)) {}

  void take(std::string_view text) {
    const auto seen = inspect(text);
    out_.extent = to_string(seen.extent);
    out_.fault = fact(seen.fault);
    for (const auto& part : seen.parts) out_.parts.push_back(part_of(part));
    for (const auto& link : seen.links) {
      if (!link.is_followed()) continue;
      if (out_.links.size() < kMaxLinksShown)
        out_.links.push_back(link_of(link));
      else
        ++out_.links_left_out;
    }
    out_.links_left_out += seen.links_left_out;
    add_own_marks(seen, marks_);
    for (const auto& part : mail::read_body_parts(text).all)
      if (part.is_leaf() && is_body(part)) take_body(part);
    if (out_.text_part.empty() && !seen.body_part.empty()) {
      out_.text = seen.text;
      out_.text_part = seen.body_part;
      out_.is_text_cut = seen.text.size() >= kMaxSeenText;
    }
    out_.marks = std::move(marks_);
  }

 private:
  void doubt(std::string_view why) {
    if (out_.extent == to_string(Extent::all)) out_.extent = to_string(Extent::part);
    if (out_.fault.empty()) out_.fault = why;
  }

  void take_body(const mail::BodyPart& part) {
    const bool is_page = is_html(part.type);
    const auto room = kMaxAllBodies - std::min(kMaxAllBodies, size_);
    if (out_.bodies.size() == kMaxBodies || room == 0) return doubt("it has more texts than are shown");
    auto decoded = decode_text(mail::decode_body(part), part.charset, is_page);
    if (!is_page && part.is_flowed) decoded.text = url::unflow(decoded.text, part.has_delsp);
    if (!is_page) keep_text(part, decoded.text);
    const PageOptions options{.limit = std::min(kMaxPageOut, room)};
    auto page = is_page ? sanitise_html(decoded.text, options) : sanitise_text(decoded.text, options);
    mark_places(page.pieces, marks_);
    RenderedBody body{
        .part = part.path, .is_page = is_page, .html = join(page.pieces), .notices = std::move(page.notices)};
    if (decoded.is_unread)
      body.notices.push_back({.notice = Notice::unread_charset, .count = 1, .evidence = fact(part.charset)});
    size_ += body.html.size();
    const auto known = std::ranges::find(out_.parts, part.path, &RenderedPart::path);
    if (known != out_.parts.end()) known->is_shown = true;
    out_.bodies.push_back(std::move(body));
  }

  // The first that says anything.
  void keep_text(const mail::BodyPart& part, std::string_view text) {
    if (!out_.text_part.empty() || base::trim(text).empty()) return;
    out_.text_part = part.path;
    for (const char c : text) {
      if (out_.text.size() + 4 > kMaxPlainShown) {
        out_.is_text_cut = true;
        break;
      }
      if (c == '\t')
        out_.text += "    ";
      else if (c == '\n' || (static_cast<unsigned char>(c) >= ' ' && c != 0x7f))
        out_.text += c;
    }
    while (out_.is_text_cut && !out_.text.empty() && !base::is_utf8(out_.text)) out_.text.pop_back();
  }

  Rendering& out_;
  std::vector<Mark> marks_;
  std::size_t size_ = 0;  // of all bodies
};

}  // namespace

std::string render_request(std::span<const Mark> marks, std::string_view message) {
  WireWriter wire;
  auto all = std::vector<Mark>(marks.begin(), marks.end());
  fields(wire, all);
  const auto head = wire.take();
  // The head's size stands before it in eight digits, so that the message may be anything.
  return fmt::format("{}{:08}{}{}", kMagic, head.size(), head, message);
}

std::string render_in_worker(std::string_view request) {
  constexpr std::size_t kDigits = 8;
  if (!request.starts_with(kMagic)) return {};
  request.remove_prefix(kMagic.size());
  const auto size = base::parse_number(request.substr(0, kDigits));
  if (!size || request.size() < kDigits + *size) return {};
  WireReader wire(request.substr(kDigits, *size));
  std::vector<Mark> marks;
  fields(wire, marks);
  if (!wire.is_done()) return {};
  return write_rendering(render_message(request.substr(kDigits + *size), std::move(marks)));
}

Rendering render_message(std::string_view message, std::vector<Mark> marks) {
  const auto read = mail::Message::parse(message);
  if (!read) return not_rendered(fact(read.error().message()));
  Rendering out;
  Maker(out, std::move(marks)).take(content_header(read->header).append(read->body));
  return out;
}

base::Result<std::unique_ptr<Renderer>> Renderer::start(const Options& options) {
  std::unique_ptr<Renderer> out(new Renderer());
  if (options.program.empty()) prepare_to_look();
  for (std::size_t i = 0; i < std::max<std::size_t>(options.workers, 1); ++i)
    out->workers_.push_back(std::make_unique<base::Worker>(
        TRY(options.program.empty() ? base::Worker::start(&render_in_worker, kRenderLimits)
                                    : base::Worker::start(options.program, {"render"}))));
  return out;
}

Rendering Renderer::render(std::string_view message, std::span<const Mark> marks) {
  std::unique_ptr<base::Worker> worker;
  {
    std::unique_lock lock(mutex_);
    free_.wait(lock, [&] { return !workers_.empty(); });
    worker = std::move(workers_.back());
    workers_.pop_back();
  }
  const auto reply = worker->call(render_request(marks, message));
  {
    const std::scoped_lock lock(mutex_);
    workers_.push_back(std::move(worker));
  }
  free_.notify_one();
  if (!reply) return not_rendered(fact(reply.error().message()));
  if (!reply->fault.empty())
    return not_rendered("the process that read it did not come to its end: " + reply->fault);
  return read_rendering(reply->bytes);
}

}  // namespace rampart::guard::render
