// Telegrams that the project wrote from the specifications. Without a CRC they are good as well,
// until the parser has seen one with a CRC.
#pragma once

namespace telegrams {

constexpr const char* DUTCH =
    "/TST5\\METER-1\r\n\r\n"
    "1-3:0.2.8(50)\r\n"
    "0-0:1.0.0(101209113020W)\r\n"
    "0-0:96.1.1(4B384547303034303436333935353037)\r\n"
    "1-0:1.8.1(123456.789*kWh)\r\n"
    "1-0:2.8.1(000000.010*kWh)\r\n"
    "0-0:96.14.0(0002)\r\n"
    "1-0:1.7.0(01.193*kW)\r\n"
    "0-0:96.7.21(00004)\r\n"
    "1-0:99.97.0(1)(0-0:96.7.19)(101208152415W)(0000000240*s)\r\n"
    "1-0:32.32.0(00002)\r\n"
    "0-0:96.13.0(303132)\r\n"
    "1-0:32.7.0(220.1*V)\r\n"
    "1-0:31.7.0(001*A)\r\n"
    "1-0:21.7.0(01.111*kW)\r\n"
    "0-1:24.1.0(003)\r\n"
    "0-1:96.1.0(3232323241424344)\r\n"
    "0-1:24.2.1(101209112500W)(12785.123*m3)\r\n"
    "!\r\n";

constexpr const char* TWO_MBUS =
    "/TST5\\METER-2\r\n\r\n"
    "0-1:24.1.0(007)\r\n"
    "0-1:96.1.0(3853414731)\r\n"
    "0-1:24.2.1(200512134558S)(00872.234*m3)\r\n"
    "0-2:24.1.0(003)\r\n"
    "0-2:96.1.0(37464C4F32)\r\n"
    "0-2:24.2.1(200512134558S)(00112.384*m3)\r\n"
    "!\r\n";

constexpr const char* ODD_DECIMALS =
    "/TST5\\METER-3\r\n\r\n"
    "1-0:1.8.1(12345*kWh)\r\n"
    "1-0:1.8.2(00001.3456*kWh)\r\n"
    "1-0:1.7.0(0000.12*kW)\r\n"
    "1-0:31.7.0(000.27*A)\r\n"
    "1-0:21.7.0(00.0209*kW)\r\n"
    "!\r\n";

constexpr const char* HUGE =
    "/TST5\\METER-4\r\n\r\n"
    "1-0:1.8.1(999999999999999999*kWh)\r\n"
    "1-0:1.8.2(000000000000.000001*kWh)\r\n"
    "1-0:21.7.0(999999999999999999*kW)\r\n"
    "!\r\n";

}  // namespace telegrams
