#include "http_request.h"

#include <string.h>

#include "text.h"

namespace dsmr {

namespace {

// RFC 9110 section 5.6.2.
bool is_token(uint8_t c) {
  if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) return true;
  switch (c) {
    case '!': case '#': case '$': case '%': case '&': case '\'': case '*': case '+':
    case '-': case '.': case '^': case '_': case '`': case '|': case '~':
      return true;
    default:
      return false;
  }
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

int8_t hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<int8_t>(c - '0');
  c = lower(c);
  return c >= 'a' && c <= 'f' ? static_cast<int8_t>(c - 'a' + 10) : int8_t{-1};
}

// Percent-decodes in place. False: not well-formed, or a control character.
bool decode(char* text) {
  char* to = text;
  for (const char* from = text; *from != '\0'; ++from) {
    char c = *from;
    if (c == '%') {
      const int8_t high = hex_digit(from[1]);
      const int8_t low = high < 0 ? int8_t{-1} : hex_digit(from[2]);
      if (low < 0) return false;
      c = static_cast<char>(high << 4 | low);
      from += 2;
    }
    if (static_cast<uint8_t>(c) < 0x20 || c == 0x7F) return false;
    *to++ = c;
  }
  *to = '\0';
  return true;
}

bool climbs(const char* path) {
  for (const char* at = path; (at = strstr(at, "/..")) != nullptr; at += 3) {
    if (at[3] == '/' || at[3] == '\0') return true;
  }
  return false;
}

// Whether an Accept-Encoding (in lower case) allows gzip: named, and not with a weight of 0.
bool allows_gzip(const char* value) {
  const char* at = strstr(value, "gzip");
  if (at == nullptr) return false;
  at += 4;
  while (*at == ' ' || *at == ';') ++at;
  if (at[0] != 'q' || at[1] != '=') return true;
  for (at += 2; *at != '\0' && *at != ','; ++at) {
    if (*at >= '1' && *at <= '9') return true;
  }
  return false;
}

}  // namespace

void HttpRequestReader::start() {
  state_ = State::before;
  known_method_ = head_ = chunks_ = host_ = body_ = gzip_ = false;
  name_length_ = value_length_ = 0;
  refusal_ = target_length_ = header_bytes_ = 0;
  tag_[0] = '\0';
}

size_t HttpRequestReader::feed(const uint8_t* data, size_t size) {
  size_t used = 0;
  while (used < size && state_ != State::complete) byte(data[used++]);
  return used;
}

void HttpRequestReader::byte(uint8_t c) {
  switch (state_) {
    case State::before:
      // RFC 9112 section 2.2: empty lines before the request are passed over.
      if ((c == '\r' || c == '\n') && ++header_bytes_ <= 8) return;
      header_bytes_ = 0;
      state_ = State::method;
      [[fallthrough]];
    case State::method:
      if (c == ' ' && name_length_ != 0) {
        name_[name_length_] = '\0';
        head_ = same(name_, FT("HEAD"));
        known_method_ = head_ || same(name_, FT("GET"));
        name_length_ = 0;
        state_ = State::target;
      } else if (is_token(c) && name_length_ < MAX_NAME) {
        name_[name_length_++] = static_cast<char>(c);
      } else {
        refuse(400);
      }
      return;
    case State::target:
      if (c == ' ' && target_length_ != 0) {
        target_[target_length_] = '\0';
        state_ = State::version;
      } else if (c <= ' ' || c == 0x7F) {
        refuse(400);
      } else if (target_length_ == HttpRequest::MAX_TARGET) {
        refuse(414);
      } else {
        target_[target_length_++] = static_cast<char>(c);
      }
      return;
    case State::version:
      version_byte(c);
      return;
    default:
      if (++header_bytes_ > HttpRequest::MAX_HEADERS) {
        refuse(431);
      } else {
        header_byte(c);
      }
  }
}

void HttpRequestReader::version_byte(uint8_t c) {
  if (c == '\n') {
    if (name_length_ != 0 && name_[name_length_ - 1] == '\r') --name_length_;
    name_[name_length_] = '\0';
    const bool one = name_length_ == 8 && begins(name_, FT("HTTP/1.")) != 0;
    if (!one || hex_digit(name_[7]) < 0 || hex_digit(name_[7]) > 9) {
      refuse(400);
      return;
    }
    chunks_ = name_[7] != '0';
    state_ = State::line;
  } else if (name_length_ < MAX_NAME) {
    name_[name_length_++] = static_cast<char>(c);
  } else {
    refuse(400);
  }
}

void HttpRequestReader::header_byte(uint8_t c) {
  switch (state_) {
    case State::line_end:
    case State::last_end:
      if (c != '\n') {
        refuse(400);
      } else {
        state_ = state_ == State::line_end ? State::line : State::complete;
      }
      return;
    case State::line:
      name_length_ = value_length_ = 0;
      if (c == '\r') {
        state_ = State::last_end;
        return;
      }
      if (c == '\n') {
        state_ = State::complete;
        return;
      }
      state_ = State::name;
      [[fallthrough]];
    case State::name:
      if (c == ':' && name_length_ != 0) {
        state_ = State::value_start;
      } else if (!is_token(c)) {
        refuse(400);  // a folded line too: RFC 9112 section 5.2
      } else if (name_length_ < MAX_NAME) {
        name_[name_length_++] = lower(static_cast<char>(c));
      }
      return;
    case State::value_start:
      if (c == ' ' || c == '\t') return;
      state_ = State::value;
      [[fallthrough]];
    default:
      if (c == '\r' || c == '\n') {
        header();
        if (refusal_ == 0) state_ = c == '\r' ? State::line_end : State::line;
      } else if ((c < ' ' && c != '\t') || c == 0x7F) {
        refuse(400);
      } else if (value_length_ < MAX_VALUE) {
        value_[value_length_++] = static_cast<char>(c);
      }
  }
}

void HttpRequestReader::header() {
  while (value_length_ != 0 && value_[value_length_ - 1] <= ' ') --value_length_;
  name_[name_length_] = '\0';
  value_[value_length_] = '\0';
  if (same(name_, FT("host"))) {
    host_ = true;
  } else if (same(name_, FT("content-length"))) {
    if (value_length_ == 0) refuse(400);
    for (uint8_t i = 0; i < value_length_; ++i) {
      if (value_[i] < '0' || value_[i] > '9') refuse(400);
      if (value_[i] != '0') body_ = true;
    }
  } else if (same(name_, FT("transfer-encoding"))) {
    body_ = true;
  } else if (same(name_, FT("accept-encoding"))) {
    for (uint8_t i = 0; i < value_length_; ++i) value_[i] = lower(value_[i]);
    gzip_ = gzip_ || allows_gzip(value_);
  } else if (same(name_, FT("if-none-match"))) {
    const char* tag = value_ + begins(value_, FT("W/"));
    if (strlen(tag) <= HttpRequest::MAX_TAG) strcpy(tag_, tag);
  }
}

bool HttpRequestReader::take(HttpRequest& request) {
  if (refusal_ != 0) return false;
  if (chunks_ && !host_) {  // RFC 9112 section 3.2
    refuse(400);
    return false;
  }
  if (!known_method_) {
    refuse(405);
    return false;
  }
  if (body_) {
    refuse(413);
    return false;
  }
  request.head = head_;
  request.chunks = chunks_;
  request.gzip = gzip_;
  request.query = "";
  strcpy(request.tag, tag_);
  strcpy(request.target, target_);
  char* path = request.target;
  const size_t scheme = begins(path, FT("http://"));
  if (scheme != 0) {  // the absolute form, as proxies send it
    path = strchr(path + scheme, '/');
    if (path == nullptr) {
      request.path = "/";
      return true;
    }
  }
  char* query = strchr(path, '?');
  if (query != nullptr) {
    *query = '\0';
    request.query = query + 1;
  }
  if (path[0] != '/' || !decode(path) || climbs(path)) {
    refuse(400);
    return false;
  }
  request.path = path;
  return true;
}

}  // namespace dsmr
