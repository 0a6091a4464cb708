#include "guard/render/rendering.h"

#include <algorithm>

#include "base/text.h"
#include "guard/inspect/seen/inspected.h"
#include "guard/inspect/seen/wire.h"

namespace rampart::guard::render {
namespace {

constexpr std::string_view kMagic = "rampart rendering 1\n";

template <class Wire, class T>
void fact(Wire& wire, T& value) {
  wire.text(value, kMaxShownFact + 40);
}

template <class Wire>
void fields(Wire& wire, RenderedPart& part) {
  for (auto* text : {&part.path, &part.type, &part.name, &part.charset, &part.sha256, &part.unseen})
    fact(wire, *text);
  wire.number(part.size);
  wire.number(part.depth);
  wire.flag(part.is_attachment);
  wire.flag(part.is_shown);
  wire.list(part.found, kMaxFoundInPart, [&](PartFound& one) {
    fact(wire, one.code);
    fact(wire, one.evidence);
  });
  wire.list(part.rules, kMaxFoundInPart, [&](std::string& rule) { fact(wire, rule); });
}

template <class Wire>
void fields(Wire& wire, RenderedBody& body) {
  fact(wire, body.part);
  wire.flag(body.is_page);
  wire.lines(body.html, kMaxPageOut + kMaxPageOut / 2);
  wire.list(body.notices, kNotices, [&](Noticed& one) {
    wire.word(one.notice, kNotices);
    wire.number(one.count);
    fact(wire, one.evidence);
  });
}

template <class Wire>
void fields(Wire& wire, RenderedLink& link) {
  for (auto* text : {&link.part, &link.kind, &link.text, &link.host, &link.claimed}) fact(wire, *text);
  wire.text(link.target, kMaxSeenUrl + 40);
  wire.list(link.facts, url::kUrlFacts, [&](std::string& one) { fact(wire, one); });
  wire.number(link.count);
  wire.flag(link.is_hidden);
}

template <class Wire>
void fields(Wire& wire, Rendering& all) {
  wire.list(all.parts, kMaxPartsShown, [&](RenderedPart& one) { fields(wire, one); });
  wire.list(all.bodies, kMaxBodies, [&](RenderedBody& one) { fields(wire, one); });
  wire.lines(all.text, kMaxPlainShown);
  fact(wire, all.text_part);
  wire.flag(all.is_text_cut);
  wire.list(all.links, kMaxLinksShown, [&](RenderedLink& one) { fields(wire, one); });
  wire.number(all.links_left_out);
  wire.list(all.marks, kMaxMarks, [&](Mark& one) {
    fact(wire, one.code);
    fact(wire, one.text);
    wire.number(one.places);
  });
  fact(wire, all.extent);
  fact(wire, all.fault);
}

void write_body(base::JsonWriter& json, const RenderedBody& body) {
  json.begin_object()
      .member("part", body.part)
      .member("kind", body.is_page ? "html" : "text")
      .member("html", body.html)
      .key("notices")
      .begin_array();
  for (const auto& one : body.notices)
    json.begin_object()
        .member("notice", to_string(one.notice))
        .member("text", english(one.notice))
        .member("count", one.count)
        .member("evidence", one.evidence)
        .end_object();
  json.end_array().end_object();
}

void text_or_null(base::JsonWriter& json, std::string_view name, const std::string& text) {
  json.key(name);
  if (text.empty())
    json.null();
  else
    json.value(text);
}

void write_part(base::JsonWriter& json, const RenderedPart& part) {
  json.begin_object()
      .member("path", part.path)
      .member("type", part.type)
      .member("name", part.name)
      .member("charset", part.charset)
      .member("sha256", part.sha256)
      .member("size", part.size)
      .member("attachment", part.is_attachment)
      .member("shown", part.is_shown)
      .key("found")
      .begin_array();
  for (const auto& one : part.found)
    json.begin_object().member("code", one.code).member("evidence", one.evidence).end_object();
  json.end_array().member_array("rules", part.rules);
  text_or_null(json, "unseen", part.unseen);
  json.end_object();
}

void write_link(base::JsonWriter& json, const RenderedLink& link) {
  json.begin_object()
      .member("part", link.part)
      .member("kind", link.kind)
      .member("text", link.text)
      .member("target", link.target)
      .member("host", link.host)
      .member("count", link.count)
      .member("hidden", link.is_hidden)
      .member_array("facts", link.facts);
  text_or_null(json, "claimed", link.claimed);
  json.end_object();
}

}  // namespace

Rendering not_rendered(std::string why) {
  Rendering out;
  out.extent = to_string(Extent::nothing);
  out.fault = std::move(why);
  return out;
}

std::string write_rendering(const Rendering& rendering) {
  WireWriter wire;
  wire.raw(kMagic);
  auto all = rendering;
  fields(wire, all);
  return wire.take();
}

Rendering read_rendering(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return not_rendered("what the process that read it says is not understood");
  WireReader wire(bytes.substr(kMagic.size()));
  Rendering out;
  fields(wire, out);
  if (!wire.is_done()) return not_rendered("what the process that read it says is not understood");
  const auto before = out.bodies.size();
  std::erase_if(out.bodies, [](const RenderedBody& body) { return !is_safe_html(body.html); });
  if (before != out.bodies.size() && out.fault.empty()) {
    out.extent = to_string(Extent::part);
    out.fault = "a part is not shown, as what was made of it is not safe to show";
  }
  return out;
}

void write_members(base::JsonWriter& json, const Rendering& rendering) {
  json.key("parts").begin_array();
  for (const auto& part : rendering.parts) write_part(json, part);
  json.end_array().key("bodies").begin_array();
  for (const auto& body : rendering.bodies) write_body(json, body);
  json.end_array().key("text");
  if (rendering.text_part.empty())
    json.null();
  else
    json.begin_object()
        .member("part", rendering.text_part)
        .member("text", rendering.text)
        .member("cut", rendering.is_text_cut)
        .end_object();
  json.key("links").begin_array();
  for (const auto& link : rendering.links) write_link(json, link);
  json.end_array().member("links_left_out", rendering.links_left_out).key("marks").begin_array();
  for (const auto& mark : rendering.marks)
    json.begin_object()
        .member("code", mark.code)
        .member("text", mark.text)
        .member("places", mark.places)
        .end_object();
  json.end_array().member("extent", rendering.extent);
  text_or_null(json, "fault", rendering.fault);
}

}  // namespace rampart::guard::render
