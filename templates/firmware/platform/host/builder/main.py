"""The host's build: PlatformIO's own, with this computer's compiler."""

import os

from SCons.Script import Default, DefaultEnvironment

env = DefaultEnvironment()
env.Replace(CXX=os.environ.get("CXX") or env.Detect(["g++", "clang++"]) or "g++")
Default(env.BuildProgram())
