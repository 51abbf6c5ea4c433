# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small process beside the lab's control plane. It does what needs a cluster with machines: it makes
Ready pods of served models answer, writes their logs, and plays the status half of a Gateway API
implementation. It runs from a copy inside the lab and uses the standard library only.
"""
