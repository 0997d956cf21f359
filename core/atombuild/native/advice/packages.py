"""Advice on packages: what an installed wheel would lack, and what a wheel built from the sdist would."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from atombuild.advice.codes import Code, found, some
from atombuild.advice.entry_points import entry_point_finding, faults, missing_module, module_of
from atombuild.finding import Finding
from atombuild.native.absence import exclude_emptying, exclude_taking, why_absent
from atombuild.native.advice.survey import Survey
from atombuild.native.member_tree import MemberTree
from atombuild.native.modules import inside_project, join
from atombuild.native.tree import Kind
from atombuild.project.model import normalised

_INITS: Final = ("__init__.py", "__init__.pyi")
_TYPED: Final = "Typing :: Typed"


def advise_on_packages(survey: Survey) -> Iterator[Finding]:
    """Yield what is missing somewhere; where a walk broke off, nothing is said to be missing."""
    yield from _module_names(survey)
    if not survey.whole:
        return
    yield from _parity(survey)
    yield from _modules(survey)
    yield from _left_out(survey)
    yield from _entry_points(survey)
    yield from _import_names(survey)
    metadata = survey.project.metadata
    names = [file.path for file in survey.wheel.files]
    if _TYPED in metadata.classifiers and not any(name.endswith("/py.typed") for name in names):
        yield found(
            Code.TYPED_WITHOUT_MARKER,
            survey.project.pyproject.at("project", "classifiers", metadata.classifiers.index(_TYPED)),
            f'the classifier "{_TYPED}" promises types, and the wheel holds no py.typed: type checkers will not look',
            "create an empty py.typed beside the package's __init__.py",
        )


def _module_names(survey: Survey) -> Iterator[Finding]:
    if survey.modules.redundant:
        yield found(
            Code.REDUNDANT_MODULE_NAME,
            survey.setting("module-name"),
            f"other names cover {some(survey.modules.redundant)}",
            "remove what is covered: a package's name stands for all below it",
        )


def _parity(survey: Survey) -> Iterator[Finding]:
    lost = sorted(path for path in _needed(survey) if not _sdist_holds(survey, path))
    for path in lost[:1]:
        is_folder = any(path == data.folder for data in survey.data)
        absence = why_absent(survey.project, planned(survey), path, folder=is_folder)
        others = f" ({len(lost) - 1} more are missing)" if len(lost) > 1 else ""
        yield found(
            Code.SDIST_NOT_BUILDABLE,
            absence.where or survey.project.pyproject.at("project"),
            f"no wheel can be built from the sdist: {path or '.'} {absence.words}{others}",
            absence.hint,
        )
    # A file in the place of a module's folder stops the wheel as well.
    only_in_wheel = sorted(
        survey.wheel.sources - survey.sdist.sources - {"pyproject.toml", *survey.modules.folders} - set(lost)
    )
    if only_in_wheel:
        exclude = exclude_taking(survey.project, only_in_wheel[0])
        yield found(
            Code.WHEEL_NOT_IN_SDIST,
            survey.at(only_in_wheel[0]) if exclude is None else exclude.where,
            f"a wheel built from the tree holds what the sdist lacks: {some(only_in_wheel)}",
            f"write {exclude.words} so that it holds for both, with /** at the end of a folder's path"
            if exclude is not None
            else f'add "{only_in_wheel[0]}" to source-include',
        )


def _needed(survey: Survey) -> Iterator[str]:
    """Yield what is there, and what a wheel can't be built without."""
    metadata = survey.project.metadata
    named = [module.init for module in survey.modules.modules if module.init]
    named += [data.folder for data in survey.data if data.folder]
    if metadata.readme is not None and metadata.readme.file is not None:
        named.append(metadata.readme.file)
    if metadata.license is not None and metadata.license.file is not None:
        named.append(metadata.license.file)
    yield from (path for path in {*named, *survey.licenses} if survey.tree.exists(path))


def _sdist_holds(survey: Survey, path: str) -> bool:
    inside = inside_project(path)
    sources = survey.sdist.sources | {"pyproject.toml"}
    if inside is None or inside in sources or survey.tree.is_file(path):
        return inside in sources
    return any(source.startswith(f"{inside}/") for source in sources)


def planned(survey: Survey) -> MemberTree:
    """Return the sdist as a tree that says why it lacks a file; it has none of those that it holds."""
    return MemberTree(survey.project.root, {}, packed_from=survey.tree)


def _modules(survey: Survey) -> Iterator[Finding]:
    for folder in survey.modules.folders:
        if survey.tree.kind(folder) in {None, Kind.FILE} or any(
            path.startswith(f"{folder}/") for path in survey.wheel.sources
        ):
            continue
        exclude = exclude_emptying(survey.project, survey.tree, folder, wheel=True)
        if exclude is not None:
            yield found(
                Code.WHEEL_WITHOUT_MODULE,
                exclude.where,
                f"no file of {folder} is left in the wheel: {exclude.words} takes them",
                "narrow that exclude: what is installed would hold no module",
            )
        else:
            yield found(
                Code.WHEEL_WITHOUT_MODULE,
                survey.setting("module-name"),
                f"{folder} holds no file, so the wheel has no module",
                f"put the package's files into {folder}, or name another package in module-name",
            )


def _left_out(survey: Survey) -> Iterator[Finding]:
    """Yield packages beside the modules. In a flat layout they are tests and tools, and meant to stay out."""
    root = survey.modules.root
    if not root or survey.tree.kind(root) is not Kind.DIRECTORY:
        return
    for entry in survey.tree.scan(root):
        shipped = any(folder == entry.path or folder.startswith(f"{entry.path}/") for folder in survey.modules.folders)
        is_package = entry.kind is Kind.DIRECTORY and any(
            survey.tree.is_file(join(entry.path, init)) for init in _INITS
        )
        if is_package and not shipped:
            name = entry.path.rpartition("/")[2]
            yield found(
                Code.PACKAGE_LEFT_OUT,
                survey.at(entry.path),
                f"the package {name} stands beside the modules, and neither artifact holds it",
                f'name it in module-name = […, "{name}"], or move it out of {root}/',
            )


def _entry_points(survey: Survey) -> Iterator[Finding]:
    metadata = survey.project.metadata
    places = {
        "console_scripts": (("scripts",), metadata.scripts),
        "gui_scripts": (("gui-scripts",), metadata.gui_scripts),
        **{name: (("entry-points", name), entries) for name, entries in (metadata.entry_points or {}).items()},
    }
    groups = {group: entries or {} for group, (_, entries) in places.items()}
    folder = f"{survey.project.stem}.data/scripts/"
    programs = [file.path.removeprefix(folder) for file in survey.wheel.files if file.path.startswith(folder)]
    for fault in faults(groups, normalised(metadata.name), programs):
        where = survey.project.pyproject.at("project", *places[fault.group][0], fault.name)
        yield entry_point_finding(fault, where)
    tops = {module.path.split("/")[0] for module in survey.modules.modules}
    for group, entries in groups.items():
        for name, reference in entries.items():
            module = module_of(reference)
            # Another distribution's: a dependency may well hold it.
            if module.partition(".")[0] in tops and not _holds(survey, module):
                where = survey.project.pyproject.at("project", *places[group][0], name)
                yield missing_module(name, module, where)


def _import_names(survey: Survey) -> Iterator[Finding]:
    for index, text in enumerate(survey.project.metadata.import_names or ()):
        name = text.partition(";")[0].strip()
        if name and not _holds(survey, name):
            yield found(
                Code.IMPORT_NAME,
                survey.project.pyproject.at("project", "import-names", index),
                f"the import name {name} is none that the wheel holds",
                "fix it, or remove it (PEP 794)",
            )


def _holds(survey: Survey, module: str) -> bool:
    """Whether the wheel holds a module, a package, or a folder of this name."""
    path = module.replace(".", "/")
    names = {f"{path}.py", f"{path}.pyi"}
    return any(file.path in names or file.path.startswith(f"{path}/") for file in survey.wheel.files)
