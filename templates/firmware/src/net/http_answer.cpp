#include "http_answer.h"

#include "json.h"

namespace dsmr {

namespace {

FlashText reason(uint16_t status) {
  switch (status) {
    case 200: return FT("OK");
    case 304: return FT("Not Modified");
    case 400: return FT("Bad Request");
    case 404: return FT("Not Found");
    case 405: return FT("Method Not Allowed");
    case 408: return FT("Request Timeout");
    case 413: return FT("Content Too Large");
    case 414: return FT("URI Too Long");
    case 431: return FT("Request Header Fields Too Large");
    default: return FT("Service Unavailable");
  }
}

FlashText explanation(uint16_t status) {
  switch (status) {
    case 400: return FT("that is not a well-formed request");
    case 405: return FT("only GET and HEAD are served");
    case 408: return FT("the request did not arrive in time");
    case 413: return FT("no request here has a body");
    case 414: return FT("the address is longer than 200 characters");
    case 431: return FT("the header lines are longer than 2048 bytes");
    default: return FT("try again later");
  }
}

FlashText media_type(ContentType type) {
  switch (type) {
    case ContentType::json: return FT("application/json");
    case ContentType::text: return FT("text/plain; charset=iso-8859-1");
    case ContentType::html: return FT("text/html; charset=utf-8");
    case ContentType::css: return FT("text/css; charset=utf-8");
    case ContentType::script: return FT("text/javascript; charset=utf-8");
    case ContentType::svg: return FT("image/svg+xml");
    case ContentType::png: return FT("image/png");
    case ContentType::icon: return FT("image/x-icon");
    case ContentType::csv: return FT("text/csv; charset=utf-8");
    case ContentType::gzip: return FT("application/gzip");
    default: return FT("application/octet-stream");
  }
}

}  // namespace

void write_tag(Writer& out, const uint8_t tag[HttpAnswer::TAG_BYTES]) {
  out.put('"');
  for (size_t i = 0; i < HttpAnswer::TAG_BYTES; ++i) out.hex(tag[i], 2);
  out.put('"');
}

void write_head(Writer& out, const HttpAnswer& answer, uint32_t length, bool chunks) {
  out.text(FT("HTTP/1.1 "));
  out.number(answer.status);
  out.put(' ');
  out.text(reason(answer.status));
  if (answer.status != 304) {
    out.text(FT("\r\nContent-Type: "));
    out.text(media_type(answer.type));
    if (!answer.stream) {
      out.text(FT("\r\nContent-Length: "));
      out.number(length);
    } else if (chunks) {
      out.text(FT("\r\nTransfer-Encoding: chunked"));
    }
  }
  if (answer.encoded) out.text(FT("\r\nContent-Encoding: gzip\r\nVary: Accept-Encoding"));
  if (answer.tagged) {
    out.text(FT("\r\nETag: "));
    write_tag(out, answer.tag);
  }
  if (answer.status == 405) out.text(FT("\r\nAllow: GET, HEAD"));
  out.text(answer.cached ? FT("\r\nCache-Control: max-age=60") : FT("\r\nCache-Control: no-store"));
  out.text(FT("\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"));
}

void write_error(Writer& out, const HttpAnswer& answer) {
  Json json(out);
  json.open_object();
  json.key(FT("error"));
  json.open_object();
  json.key(FT("status"));
  json.number(uint32_t{answer.status});
  json.key(FT("message"));
  json.string(answer.message ? answer.message : explanation(answer.status));
  json.close_object();
  json.close_object();
}

}  // namespace dsmr
