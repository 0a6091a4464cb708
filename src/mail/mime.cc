#include "mail/mime.h"

#include <cstdint>
#include <cstring>
#include <memory>

#include <gmime/gmime.h>

#include "base/text.h"

namespace rampart::mail {
namespace {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

void put_number(std::uint64_t number, std::string& out) {
  for (std::size_t i = 0; i < sizeof number; ++i) out += static_cast<char>(number >> 8 * i & 0xffU);
}

void put(const MimePart& part, std::string& out) {
  put_number(part.depth, out);
  for (const auto* text : {&part.type, &part.name, &part.content}) {
    put_number(text->size(), out);
    out += *text;
  }
}

std::optional<std::uint64_t> take_number(std::string_view& bytes) {
  std::uint64_t out = 0;
  if (bytes.size() < sizeof out) return std::nullopt;
  for (std::size_t i = sizeof out; i-- > 0;) out = out << 8U | static_cast<unsigned char>(bytes[i]);
  bytes.remove_prefix(sizeof out);
  return out;
}

bool take_text(std::string_view& bytes, std::string& out) {
  const auto size = take_number(bytes);
  if (!size || *size > bytes.size()) return false;
  out = bytes.substr(0, *size);
  bytes.remove_prefix(*size);
  return true;
}

std::string bytes_of(GMimeStream* stream) {
  auto* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
  return bytes == nullptr ? std::string()
                          : std::string(reinterpret_cast<const char*>(bytes->data), bytes->len);
}

class Walk {
 public:
  explicit Walk(std::string& out) : out_(out) {}

  void part(GMimeObject* object, std::size_t depth) {
    if (object == nullptr || depth > kMaxMimeDepth || count_ == kMaxParts) return;
    ++count_;
    MimePart said;
    said.depth = depth;
    if (auto* type = g_mime_object_get_content_type(object)) {
      const std::unique_ptr<char, decltype(&g_free)> text(g_mime_content_type_get_mime_type(type), &g_free);
      if (text) said.type = base::lower(text.get());
    }
    if (GMIME_IS_MULTIPART(object)) {
      put(said, out_);
      auto* parts = GMIME_MULTIPART(object);
      const int count = g_mime_multipart_get_count(parts);
      for (int i = 0; i < count; ++i) part(g_mime_multipart_get_part(parts, i), depth + 1);
    } else if (GMIME_IS_MESSAGE_PART(object)) {
      auto* message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
      if (message != nullptr) said.content = text_of(GMIME_OBJECT(message));
      put(said, out_);
      if (message != nullptr) part(g_mime_message_get_mime_part(message), depth + 1);
    } else if (GMIME_IS_PART(object)) {
      auto* leaf = GMIME_PART(object);
      if (const auto* name = g_mime_part_get_filename(leaf))
        said.name = std::string_view(name).substr(0, kMaxPartName);
      said.content = content_of(leaf);
      put(said, out_);
    }
  }

 private:
  static std::string text_of(GMimeObject* object) {
    const Owned<GMimeStream> stream(g_mime_stream_mem_new());
    g_mime_object_write_to_stream(object, nullptr, stream.get());
    return bytes_of(stream.get());
  }
  // Without the encoding that it travelled in.
  static std::string content_of(GMimePart* part) {
    auto* content = g_mime_part_get_content(part);
    if (content == nullptr) return {};
    const Owned<GMimeStream> stream(g_mime_stream_mem_new());
    g_mime_data_wrapper_write_to_stream(content, stream.get());
    return bytes_of(stream.get());
  }

  std::string& out_;
  std::size_t count_ = 0;
};

}  // namespace

std::string unpack_mime(std::string_view bytes) {
  g_mime_init();
  std::string out;
  const Owned<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(bytes.data(), bytes.size()));
  const Owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  const Owned<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
  if (message) Walk(out).part(g_mime_message_get_mime_part(message.get()), 0);
  return out;
}

std::optional<std::vector<MimePart>> parse_parts(std::string_view bytes) {
  std::vector<MimePart> out;
  while (!bytes.empty()) {
    auto& part = out.emplace_back();
    const auto depth = take_number(bytes);
    if (!depth || *depth > kMaxMimeDepth || out.size() > kMaxParts) return std::nullopt;
    part.depth = *depth;
    if (!take_text(bytes, part.type) || !take_text(bytes, part.name) || !take_text(bytes, part.content))
      return std::nullopt;
  }
  return out;
}

}  // namespace rampart::mail
