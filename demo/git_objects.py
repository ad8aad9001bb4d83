"""Names of git objects: the same bytes get the same names as in any git repository."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any


def object_oid(kind: str, body: bytes) -> str:
    """The SHA-1 (40 hex) that git gives to an object of `kind` (blob, tree, commit)."""
    return hashlib.sha1(b"%s %d\0" % (kind.encode(), len(body)) + body, usedforsecurity=False).hexdigest()


class File:
    """One file of a commit. With `lfs` git holds only a pointer to it, with `xet` the Hub offers chunks too."""

    def __init__(self, data: bytes, *, lfs: bool = False, xet: bool = False) -> None:
        self.data, self.lfs, self.xet = data, lfs or xet, xet

    @cached_property
    def sha256(self) -> str:
        """The hash by which LFS knows the content."""
        return hashlib.sha256(self.data).hexdigest()

    @cached_property
    def in_git(self) -> bytes:
        """What git holds: the bytes, or the three lines of an LFS pointer."""
        if not self.lfs:
            return self.data
        text = f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {len(self.data)}\n"
        return text.encode()

    @cached_property
    def oid(self) -> str:
        """The git blob id of what git holds."""
        return object_oid("blob", self.in_git)


class Tree(dict[str, File]):
    """All files of a commit by path. Never changed once made, so repositories may share one."""

    @cached_property
    def directories(self) -> dict[str, str]:
        """The tree id of every directory: path -> oid, the root under the empty path."""
        return directories(self)


def directories(files: Mapping[str, File]) -> dict[str, str]:
    """The tree id of every directory: path -> oid, the root under the empty path."""
    root: dict[str, Any] = {}
    for path, file in files.items():
        *folders, name = path.split("/")
        node = root
        for folder in folders:
            node = node.setdefault(folder, {})
        node[name] = file
    oids: dict[str, str] = {}
    _tree(root, "", oids)
    return oids


def _tree(node: dict[str, Any], path: str, oids: dict[str, str]) -> str:
    entries = []
    for name, child in node.items():
        if isinstance(child, File):
            entries.append((name.encode(), b"100644", child.oid))
        else:
            # git sorts a directory as if its name ended in a slash
            inner = _tree(child, f"{path}/{name}".lstrip("/"), oids)
            entries.append((name.encode() + b"/", b"40000", inner))
    body = b"".join(mode + b" " + name.rstrip(b"/") + b"\0" + bytes.fromhex(oid) for name, mode, oid in sorted(entries))
    oids[path] = object_oid("tree", body)
    return oids[path]


class Commit:
    """One commit: all files as of then, and what led to them. `date` in milliseconds since 1970."""

    __slots__ = ("_sha", "author", "date", "files", "parent", "title")

    def __init__(self, files: Tree, *, date: int, title: str, author: str, parent: Commit | None) -> None:
        self.files, self.date, self.title, self.author, self.parent = files, date, title, author, parent
        self._sha: str | None = None

    @property
    def sha(self) -> str:
        """The commit id. Long histories are named from the root on, not by recursion."""
        unnamed: list[Commit] = []
        commit: Commit | None = self
        while commit is not None and commit._sha is None:
            unnamed.append(commit)
            commit = commit.parent
        for one in reversed(unnamed):
            one._sha = one._name()
        assert self._sha is not None
        return self._sha

    def _name(self) -> str:
        who = f"{self.author} <{self.author}@users.noreply.example> {self.date // 1000} +0000"
        parent = f"parent {self.parent._sha}\n" if self.parent else ""
        tree = self.files.directories[""]
        text = f"tree {tree}\n{parent}author {who}\ncommitter {who}\n\n{self.title}\n"
        return object_oid("commit", text.encode())

    def history(self) -> list[Commit]:
        """This commit and its ancestors, newest first."""
        found: list[Commit] = []
        commit: Commit | None = self
        while commit is not None:
            found.append(commit)
            commit = commit.parent
        return found
