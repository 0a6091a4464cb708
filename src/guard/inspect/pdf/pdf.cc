#include "guard/inspect/pdf/pdf.h"

#include <algorithm>
#include <array>
#include <exception>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "guard/inspect/pdf/bounded.h"
#include "guard/inspect/pdf/content.h"
#include "guard/inspect/pdf/raster.h"
#include "guard/inspect/url/find.h"
#include "guard/inspect/url/url.h"

namespace rampart::guard::pdf {
namespace {

constexpr std::size_t kMaxScript = 65'536;  // bytes of one script that are looked through for links; our own
constexpr const char* kDamaged = "the PDF is damaged";
constexpr std::size_t kMaxNested = 1'000'000;  // objects within objects; our own

// A rectangle of a page (ISO 32000-1, 7.9.5), as its area; 0: none.
double area_of(QPDFObjectHandle rectangle) {
  if (!rectangle.isArray() || rectangle.getArrayNItems() != 4) return 0;
  std::array<double, 4> at{};
  for (int i = 0; i < 4; ++i) {
    auto item = rectangle.getArrayItem(i);
    if (!item.isNumber()) return 0;
    at[static_cast<std::size_t>(i)] = item.getNumericValue();
  }
  const double area = (at[2] - at[0]) * (at[3] - at[1]);
  return area < 0 ? -area : area;
}

bool is_name(QPDFObjectHandle object, std::string_view name) {
  return object.isName() && object.getName() == name;
}

// Text of a string, or what a stream of it holds (text strings of scripts are either).
std::string text_of(QPDFObjectHandle object) {
  if (object.isString()) return object.getUTF8Value();
  if (!object.isStream()) return {};
  const auto data = object.getStreamData(qpdf_dl_generalized);
  return {reinterpret_cast<const char*>(data->getBuffer()), std::min(data->getSize(), kMaxScript)};
}

// The name of a file (7.11): a string, or a dictionary of it in several ways.
std::string file_of(QPDFObjectHandle object) {
  if (object.isString()) return object.getUTF8Value();
  if (!object.isDictionary()) return {};
  for (const auto* key : {"/UF", "/F", "/Unix", "/DOS", "/Mac"})
    if (auto name = object.getKey(key); name.isString()) return name.getUTF8Value();
  return {};
}

class Reading {
 public:
  Reading(QPDF& qpdf, PdfFacts& facts, images::Budget& images, Work& work)
      : qpdf_(qpdf), facts_(facts), images_(images), work_(work) {}

  void read() {
    if (qpdf_.isEncrypted()) mark(Mark::encrypted, {});
    read_catalog();
    read_pages();
    read_objects();
    look_at_images();
  }

 private:
  void mark(Mark mark, std::string_view text) {
    facts_.marks |= 1U << static_cast<unsigned>(mark);
    if (text.empty() || facts_.evidence.size() == kMaxEvidence) return;
    facts_.evidence.push_back({mark, base::excerpt(text, kMaxEvidenceText)});
  }

  void unseen(std::string why) {
    if (facts_.unseen.empty()) facts_.unseen = std::move(why);
  }

  void add_link(std::string url, LinkFrom from, double share = 0) {
    if (url.empty()) return;
    if (!base_.empty() && !url::parse(url)) url.insert(0, base_);
    url.resize(std::min(url.size(), kMaxLink));
    // One that was found on a page is met again as an object.
    const auto known = links_.lower_bound({url, page_});
    if (known != links_.end() && known->first.first == url && (page_ == 0 || known->first.second == page_)) {
      auto& link = facts_.links[known->second];
      link.share = std::min(link.share + share, 1.0);
      return;
    }
    if (facts_.links.size() == kMaxLinks) {
      ++facts_.links_left_out;
      return;
    }
    links_.emplace_hint(known, std::pair(url, page_), facts_.links.size());
    facts_.links.push_back({.url = std::move(url), .from = from, .page = page_, .share = share});
  }

  void read_catalog() {
    auto root = qpdf_.getRoot();
    if (root.hasKey("/OpenAction")) {
      auto action = root.getKey("/OpenAction");
      // A place to begin at is no action.
      if (action.isDictionary() && action.hasKey("/S") && !is_name(action.getKey("/S"), "/GoTo"))
        mark(Mark::opens_by_itself,
             action.getKey("/S").isName() ? action.getKey("/S").getName().substr(1) : "");
    }
    if (root.getKey("/AA").isDictionary()) mark(Mark::opens_by_itself, "AA");
    if (auto uri = root.getKey("/URI"); uri.isDictionary() && uri.getKey("/Base").isString())
      base_ = uri.getKey("/Base").getUTF8Value().substr(0, kMaxLink);
    if (auto form = root.getKey("/AcroForm"); form.isDictionary()) {
      auto fields = form.getKey("/Fields");
      if (fields.isArray() && fields.getArrayNItems() != 0) mark(Mark::form, {});
      if (form.hasKey("/XFA")) mark(Mark::xfa, {});
    }
  }

  // The tree of pages (7.7.3), from the first to the last.
  void read_pages() {
    std::vector<QPDFObjectHandle> left = {qpdf_.getRoot().getKey("/Pages")};
    std::set<QPDFObjGen> met;
    while (!left.empty()) {
      auto node = left.back();
      left.pop_back();
      if (!node.isDictionary() || (node.isIndirect() && !met.insert(node.getObjGen()).second)) continue;
      auto kids = node.getKey("/Kids");
      if (!kids.isArray()) {
        if (++facts_.pages <= kMaxPages) read_page(node);
        continue;
      }
      const auto count = static_cast<std::size_t>(kids.getArrayNItems());
      if (count + left.size() > kMaxObjects) throw OverLimit{"it has too many pages"};
      for (auto i = count; i-- != 0;) left.push_back(kids.getArrayItem(static_cast<int>(i)));
    }
    page_ = 0;
  }

  void read_page(QPDFObjectHandle page) {
    page_ = static_cast<std::uint32_t>(facts_.pages);
    if (page.getKey("/AA").isDictionary()) mark(Mark::opens_by_itself, "AA");
    auto box = page.getKey("/MediaBox");
    // It is inherited (7.7.3.4), mostly from the node above.
    if (!box.isArray() && page.getKey("/Parent").isDictionary())
      box = page.getKey("/Parent").getKey("/MediaBox");
    const double area = area_of(box);
    auto annotations = page.getKey("/Annots");
    const int count = annotations.isArray() ? annotations.getArrayNItems() : 0;
    for (int i = 0; i < count; ++i) read_annotation(annotations.getArrayItem(i), area);
    read_content(page.getKey("/Contents"));
  }

  void read_annotation(QPDFObjectHandle annotation, double page_area) {
    if (++nested_ > kMaxNested) throw OverLimit{"it has too many annotations"};
    if (!annotation.isDictionary()) return;
    const double share = page_area > 0 ? std::min(area_of(annotation.getKey("/Rect")) / page_area, 1.0) : 0;
    auto action = annotation.getKey("/A");
    if (action.isDictionary() && action.getKey("/URI").isString())
      add_link(action.getKey("/URI").getUTF8Value(), LinkFrom::annotation, share);
  }

  void read_content(QPDFObjectHandle content) {
    const int count = content.isArray() ? content.getArrayNItems() : content.isStream() ? 1 : 0;
    for (int i = 0; i < count; ++i) {
      auto part = content.isArray() ? content.getArrayItem(i) : content;
      if (!part.isStream() || !contents_.insert(part.getObjGen()).second) continue;
      read_operators(part);
    }
  }

  void read_operators(QPDFObjectHandle& stream) {
    if (content_ >= kMaxContent) return;
    const auto data = stream.getStreamData(qpdf_dl_generalized);
    const auto size = std::min(data->getSize(), kMaxContent - content_);
    content_ += size;
    facts_.text_characters += shown_bytes({reinterpret_cast<const char*>(data->getBuffer()), size});
  }

  // Every object of the file, whether something leads to it or not.
  void read_objects() {
    const auto table = qpdf_.getXRefTable();
    if (table.size() > work_.budget.objects) throw OverLimit{"it has too many objects"};
    work_.budget.objects -= table.size();
    for (const auto& [place, entry] : table) attempt([&] { read_object(qpdf_.getObject(place)); });
  }

  // What is damaged in one object is no reason to leave out the others.
  template <class Step>
  void attempt(Step step) {
    try {
      step();
    } catch (const std::bad_alloc&) {
      throw OverLimit{"it needs too much memory"};
    } catch (const std::exception&) {
      unseen(kDamaged);
    }
  }

  void read_object(QPDFObjectHandle object) {
    if (object.isStream()) read_stream(object);
    std::vector<QPDFObjectHandle> left = {object.isStream() ? object.getDict() : object};
    while (!left.empty()) {
      auto item = left.back();
      left.pop_back();
      if (++nested_ > kMaxNested) throw OverLimit{"its objects hold too many others"};
      if (item.isDictionary()) {
        read_dictionary(item);
        for (auto& [key, value] : item.getDictAsMap())
          if (!value.isIndirect() && (value.isDictionary() || value.isArray())) left.push_back(value);
      } else if (item.isArray()) {
        const int count = item.getArrayNItems();
        for (int i = 0; i < count; ++i) {
          auto inner = item.getArrayItem(i);
          if (!inner.isIndirect() && (inner.isDictionary() || inner.isArray())) left.push_back(inner);
        }
      }
    }
  }

  void read_stream(QPDFObjectHandle stream) {
    auto dictionary = stream.getDict();
    const auto kind = dictionary.getKey("/Subtype");
    if (is_name(kind, "/Image")) {
      ++facts_.images;
      auto width = dictionary.getKey("/Width");
      auto height = dictionary.getKey("/Height");
      if (width.isNumber() && height.isNumber())
        facts_.largest_image =
            std::max(facts_.largest_image, width.getNumericValue() * height.getNumericValue());
      if (image_streams_.size() < kMaxImages)
        image_streams_.push_back(stream);
      else
        unseen("not all of its images were looked at");
    } else if (is_name(kind, "/Form") && contents_.insert(stream.getObjGen()).second) {
      read_operators(stream);
    }
  }

  void read_dictionary(QPDFObjectHandle& dictionary) {
    if (dictionary.hasKey("/EF") || is_name(dictionary.getKey("/Type"), "/EmbeddedFile"))
      mark(Mark::embedded_file, file_of(dictionary));
    const auto kind = dictionary.getKey("/Subtype");
    for (const auto* rich : {"/RichMedia", "/Screen", "/Movie", "/3D", "/Sound"})
      if (is_name(kind, rich)) mark(Mark::rich_media, rich + 1);
    if (dictionary.getKey("/URI").isString())
      add_link(dictionary.getKey("/URI").getUTF8Value(), LinkFrom::action);
    if (dictionary.hasKey("/JS")) read_script(dictionary.getKey("/JS"));
    auto action = dictionary.getKey("/S");
    if (!action.isName()) return;
    const auto name = action.getName();
    auto file = dictionary.getKey("/F");
    if (name == "/JavaScript") mark(Mark::javascript, {});
    if (name == "/Launch") {
      auto windows = dictionary.getKey("/Win");
      mark(Mark::launch, windows.isDictionary() ? file_of(windows) : file_of(file));
    }
    if (name == "/GoToR" || name == "/GoToE") {
      mark(Mark::remote_file, file_of(file));
      if (url::parse(file_of(file))) add_link(file_of(file), LinkFrom::action);
    }
    if (name == "/SubmitForm" || name == "/ImportData") {
      mark(Mark::submits, file_of(file));
      add_link(file_of(file), LinkFrom::form);
    }
  }

  void read_script(QPDFObjectHandle script) {
    auto text = text_of(script);
    text.resize(std::min(text.size(), kMaxScript));
    mark(Mark::javascript, text);
    for (const auto& found : url::find_urls(text))
      if (found.url.is_web()) add_link(std::string(found.text), LinkFrom::script);
  }

  void look_at_images() {
    for (auto& stream : image_streams_)
      attempt([&] {
        auto found = look_at_stream(stream, images_, work_);
        if (!found.unseen.empty()) unseen(std::move(found.unseen));
        for (auto& code : found.codes)
          if (facts_.codes.size() < kMaxCodes) facts_.codes.push_back(std::move(code));
      });
  }

  QPDF& qpdf_;
  PdfFacts& facts_;
  images::Budget& images_;
  Work& work_;
  std::string base_;
  std::uint32_t page_ = 0;
  std::size_t nested_ = 0;
  std::size_t content_ = 0;
  std::set<QPDFObjGen> contents_;
  std::vector<QPDFObjectHandle> image_streams_;
  std::map<std::pair<std::string, std::uint32_t>, std::size_t>
      links_;  // where in facts_.links, by URL and page
};

void open_and_read(PdfFacts& facts, images::Budget& images, Work& work) {
  QPDF qpdf;
  qpdf.setSuppressWarnings(true);
  try {
    qpdf.processInputSource(source_of(work));
    work.is_opening = false;
    Reading(qpdf, facts, images, work).read();
  } catch (const QPDFExc& error) {
    if (error.getErrorCode() == qpdf_e_password) {
      facts.marks |= 1U << static_cast<unsigned>(Mark::encrypted);
      facts.unseen = "it needs a password";
    } else {
      facts.unseen = kDamaged;
    }
  } catch (const OverLimit& limit) {
    facts.unseen = limit.what;
  } catch (const std::bad_alloc&) {
    facts.unseen = "it needs too much memory";
  } catch (const std::exception&) {
    facts.unseen = kDamaged;
  }
}

PdfFacts read_once(std::string_view bytes, images::Budget& images, Budget& budget) {
  PdfFacts out;
  Work work{.bytes = bytes, .budget = budget};
  const Bounds bounds(work);
  open_and_read(out, images, work);
  return out;
}

// A line end before each "1 0 obj" and each trailer.
std::string with_objects_on_lines(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 32);
  const auto digits_before = [&](std::size_t at) {
    while (at != 0 && base::is_digit(bytes[at - 1])) --at;
    return at;
  };
  std::size_t from = 0;
  const auto begin_line = [&](std::size_t at) {
    if (at <= from) return;
    out.append(bytes.substr(from, at - from));
    out += '\n';
    from = at;
  };
  for (std::size_t at = 0; (at = bytes.find_first_of("ot", at)) != std::string_view::npos; ++at) {
    if (bytes.substr(at).starts_with("trailer")) begin_line(at);
    if (!bytes.substr(at).starts_with("obj") || at < 4 || bytes[at - 1] != ' ') continue;
    const auto generation = digits_before(at - 1);
    if (generation == at - 1 || generation < 2 || bytes[generation - 1] != ' ') continue;
    const auto number = digits_before(generation - 1);
    if (number != generation - 1) begin_line(number);
  }
  out.append(bytes.substr(from));
  return out;
}

}  // namespace

std::string_view to_string(Mark mark) {
  static constexpr std::array<std::string_view, kMarks> kNames = {
      "javascript", "opens-by-itself", "launch",      "embedded-file", "form",
      "xfa",        "submits",         "remote-file", "rich-media",    "encrypted"};
  return kNames[static_cast<std::size_t>(mark)];
}

std::string_view to_string(LinkFrom from) {
  static constexpr std::array<std::string_view, kLinkFroms> kNames = {"annotation", "action", "form",
                                                                      "script"};
  return kNames[static_cast<std::size_t>(from)];
}

PdfFacts read_pdf(std::string_view bytes, images::Budget& images, Budget& budget) {
  auto out = read_once(bytes, images, budget);
  if (out.pages != 0 || (!out.unseen.empty() && out.unseen != kDamaged)) return out;
  // qpdf finds objects of a file without an index where lines begin; some viewers find them anywhere.
  const auto mended = with_objects_on_lines(bytes);
  auto again = read_once(mended, images, budget);
  if (again.pages == 0 && again.unseen.empty()) again.unseen = "it has no page that is found";
  return again;
}

}  // namespace rampart::guard::pdf
