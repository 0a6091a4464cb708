// The elements and attributes that facts are read from; all others are `other`.
#pragma once

#include <cstdint>
#include <string_view>

namespace rampart::guard::html {

enum class Element : std::uint8_t {
  other,
  a,
  area,
  audio,
  base,
  block,  // address, article, center, dl, fieldset, h1, main, section and the like: on lines of their own
  body,
  br,
  button,
  caption,
  div,
  embed,
  font,
  form,
  frame,
  hr,
  iframe,
  image,
  img,
  input,
  li,
  link,
  list,  // ul, ol
  meta,
  object,
  option,
  p,
  script,
  select,
  source,
  style,
  table,
  table_part,  // tbody, thead, tfoot
  td,          // and th
  template_,
  textarea,
  title,
  tr,
  track,
  video,
  void_other,  // col, wbr, param: without an end
};
Element element_of(std::string_view name);
bool is_void(Element element);  // has no end tag
// On a line of its own.
bool is_block(Element element);

enum class Name : std::uint8_t {
  other,
  action,
  alt,
  aria_label,
  autocomplete,
  background,
  bgcolor,
  class_,
  color,
  content,
  data,
  download,
  formaction,
  height,
  hidden,
  href,
  http_equiv,
  id,
  name,
  ping,
  placeholder,
  poster,
  size,
  src,
  srcdoc,
  srcset,
  style,
  text,
  type,
  width,
  xlink_href,
};
Name attribute_of(std::string_view name);

}  // namespace rampart::guard::html
