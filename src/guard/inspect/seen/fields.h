// What of Inspected travels, in order; one list for the writer and the reader (wire.h).
#pragma once

#include "guard/inspect/seen/inspected.h"

namespace rampart::guard {

inline constexpr std::uint32_t kKnownUrlFacts = (std::uint32_t{1} << url::kUrlFacts) - 1;
inline constexpr std::uint32_t kKnownScriptMarks = (std::uint32_t{1} << html::kScriptMarks) - 1;

template <class Wire>
void fields(Wire& wire, url::UrlFacts& facts) {
  wire.bits(facts.bits, kKnownUrlFacts);
  for (auto* text : {&facts.embedded, &facts.looks_like, &facts.shown_host, &facts.service})
    wire.text(*text, kMaxSeenName);
}

template <class Wire>
void fields(Wire& wire, SeenTarget& target) {
  for (auto* text : {&target.host, &target.registered, &target.by}) wire.text(*text, kMaxSeenName);
  wire.flag(target.is_known);
  wire.flag(target.is_final);
  fields(wire, target.facts);
}

template <class Wire>
void fields(Wire& wire, SeenLink& link) {
  wire.word(link.source, kLinkSources);
  wire.word(link.kind, html::kLinkKinds);
  wire.word(link.relation, static_cast<std::size_t>(url::ShownRelation::other_domain) + 1);
  wire.text(link.url, kMaxSeenUrl);
  for (auto* text : {&link.text, &link.alt}) wire.text(*text, kMaxSeenLinkText);
  wire.text(link.inside, kMaxSeenInside);
  wire.share(link.share);
  for (auto* text :
       {&link.part, &link.scheme, &link.host, &link.registered, &link.claimed_host, &link.claimed_registered})
    wire.text(*text, kMaxSeenName);
  fields(wire, link.facts);
  wire.list(link.targets, kMaxSeenTargets, [&](SeenTarget& target) { fields(wire, target); });
  wire.number(link.count);
  wire.flag(link.is_hidden);
  wire.flag(link.is_in_attachment);
}

template <class Wire>
void fields(Wire& wire, SeenForm& form) {
  wire.text(form.action, kMaxSeenUrl);
  wire.text(form.host, kMaxSeenName);
  wire.text(form.registered, kMaxSeenName);
  wire.number(form.fields);
  for (auto* flag : {&form.password, &form.user, &form.code, &form.card}) wire.flag(*flag);
}

template <class Wire>
void fields(Wire& wire, html::Seen& seen) {
  wire.number(seen.count);
  wire.number(seen.first);
}

template <class Wire>
void fields(Wire& wire, html::HtmlFacts& facts) {
  wire.flag(facts.is_text_cut);
  wire.number(facts.links_left_out);
  wire.number(facts.forms_left_out);
  wire.number(facts.shown_characters);
  for (auto& seen : facts.hidden) fields(wire, seen);
  for (auto* seen : {&facts.zero_width, &facts.joiners, &facts.bidi, &facts.images, &facts.tiny_images,
                     &facts.linked_images, &facts.scripts, &facts.remote_scripts, &facts.download_links,
                     &facts.event_handlers, &facts.data_links, &facts.script_links,
                     &facts.conditional_comments, &facts.cut_tags, &facts.too_deep})
    fields(wire, *seen);
  wire.flag(facts.has_large_image);
  wire.bits(facts.script_marks, kKnownScriptMarks);
  wire.number(facts.script_bytes);
  wire.number(facts.longest_base64);
}

template <class Wire>
void fields(Wire& wire, words::Found& found) {
  wire.word(found.kind, words::kKinds);
  wire.number(found.count);
  wire.number(found.phrases);
  wire.text(found.language, kMaxSeenName);
  wire.text(found.phrase, kMaxSeenName);
  wire.number(found.offset);
}

template <class Wire>
void fields(Wire& wire, SeenPage& page) {
  wire.text(page.part, kMaxSeenName);
  wire.text(page.inside, kMaxSeenInside);
  wire.flag(page.is_attachment);
  wire.flag(page.is_of_mail);
  wire.text(page.title, kMaxSeenLinkText);
  fields(wire, page.facts);
  wire.list(page.forms, kMaxSeenForms, [&](SeenForm& form) { fields(wire, form); });
  wire.flag(page.has_base);
  wire.number(page.part_images);
  wire.flag(page.is_image_only);
  wire.list(page.words, kMaxSeenWords, [&](words::Found& found) { fields(wire, found); });
}

template <class Wire>
void fields(Wire& wire, files::FileFacts& facts) {
  wire.word(facts.type, files::kFileTypes);
  wire.word(facts.name_kind, files::kNameKinds);
  wire.bits(facts.own, (std::uint64_t{1} << files::kFileFacts) - 1);
  wire.bits(facts.inside, (std::uint64_t{1} << files::kFileFacts) - 1);
  wire.bits(facts.unseen, (std::uint32_t{1} << files::kUnseens) - 1);
  wire.list(facts.evidence, files::kMaxEvidence, [&](files::Evidence& one) {
    wire.word(one.fact, files::kFileFacts);
    wire.text(one.path, kMaxSeenInside);
    wire.text(one.text, kMaxSeenName);
  });
  wire.list(facts.not_seen, files::kUnseens, [&](files::NotSeen& one) {
    wire.word(one.why, files::kUnseens);
    wire.text(one.path, kMaxSeenInside);
  });
  wire.list(facts.names, files::kMaxNames, [&](std::string& name) { wire.text(name, kMaxSeenInside); });
  wire.number(facts.entries);
  for (auto& types : facts.inside_types) wire.number(types);
}

template <class Wire>
void fields(Wire& wire, SeenPdf& seen) {
  wire.text(seen.part, kMaxSeenName);
  wire.text(seen.inside, kMaxSeenInside);
  wire.bits(seen.marks, (std::uint32_t{1} << pdf::kMarks) - 1);
  wire.list(seen.evidence, pdf::kMaxEvidence, [&](std::string& text) { wire.text(text, kMaxSeenName); });
  wire.number(seen.pages);
  wire.number(seen.images);
  wire.number(seen.text_characters);
  wire.flag(seen.is_image_only);
  wire.text(seen.unseen, kMaxSeenName);
}

template <class Wire>
void fields(Wire& wire, SeenPart& part) {
  for (auto* text : {&part.path, &part.type, &part.name, &part.charset, &part.content_id, &part.sha256})
    wire.text(*text, kMaxSeenName);
  wire.number(part.size);
  wire.number(part.depth);
  wire.flag(part.is_attachment);
  wire.flag(part.is_referenced);
  fields(wire, part.file);
  wire.number(part.width);
  wire.number(part.height);
  wire.list(part.rules, kMaxSeenRules, [&](std::string& rule) { wire.text(rule, kMaxSeenName); });
  wire.text(part.unseen, kMaxSeenName);
}

template <class Wire>
void fields(Wire& wire, Inspected& seen) {
  wire.word(seen.extent, kExtents);
  wire.text(seen.fault, kMaxSeenName);
  wire.list(seen.parts, kMaxSeenParts, [&](SeenPart& part) { fields(wire, part); });
  wire.number(seen.parts_left_out);
  wire.flag(seen.is_contradictory);
  wire.list(seen.links, kMaxSeenLinks, [&](SeenLink& link) { fields(wire, link); });
  wire.number(seen.links_left_out);
  wire.list(seen.pages, kMaxSeenPages, [&](SeenPage& page) { fields(wire, page); });
  wire.number(seen.pages_left_out);
  wire.list(seen.pdfs, kMaxSeenPdfs, [&](SeenPdf& one) { fields(wire, one); });
  wire.lines(seen.text, kMaxSeenText);
  wire.text(seen.body_part, kMaxSeenName);
  wire.flag(seen.is_body_html);
  wire.number(seen.shown_characters);
  wire.list(seen.words, kMaxSeenWords, [&](words::Found& found) { fields(wire, found); });
  wire.list(seen.link_keys, kMaxLinkKeys, [&](std::string& key) { wire.text(key, kMaxLinkKey + 3); });
  wire.list(seen.hashes, kMaxSeenHashes, [&](std::string& hash) { wire.text(hash, kMaxSeenName); });
}

}  // namespace rampart::guard
